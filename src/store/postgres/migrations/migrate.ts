import { sql, Kysely, Migrator, PostgresDialect, type Migration } from 'kysely';
import type { Pool } from 'pg';
import { createConversations } from './0001-conversations.js';
import { createTombstones } from './0002-tombstones.js';
import { addBranches } from './0003-branches.js';
import { createRequestCounts } from './0004-request-counts.js';
import { TableLayout } from './table-layout.js';

const TABLE = 'schema_migrations';

export interface MigrationOptions {
  /** Partitions of each table, when the tables are created: 0 for none. */
  readonly partitions?: number;
}

/** By name, in order. A migration that has run anywhere is never changed: a new one follows it. */
export function migrationsOf({ partitions = 0 }: MigrationOptions): Record<string, Migration> {
  const layout = new TableLayout(partitions);
  return {
    '0001-conversations': { up: createConversations(layout) },
    '0002-tombstones': { up: createTombstones },
    '0003-branches': { up: addBranches },
    '0004-request-counts': { up: createRequestCounts },
  };
}

/**
 * Brings the tables up to date. All new migrations run in one transaction, under an advisory lock: a
 * second process waits, and one that fails leaves the tables as they were.
 * @returns the names of the migrations that ran
 * @throws what PostgreSQL answered
 */
export async function migrate(
  pool: Pool,
  migrations: Record<string, Migration>,
): Promise<readonly string[]> {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({
    db,
    provider: {
      getMigrations: async () => ({ ...(await newerMigrations(db)), ...migrations }),
    },
    migrationTableName: TABLE,
    migrationLockTableName: `${TABLE}_lock`,
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) throw error as Error;
  return results.map(({ migrationName }) => migrationName);
}

/**
 * The migrations that have run, as ones that do nothing. A newer process may have run more than this one
 * knows, which the migrator would take for damage: an older process then goes on with the tables it knows.
 */
async function newerMigrations(db: Kysely<unknown>): Promise<Record<string, Migration>> {
  const { rows } = await sql<{ name: string }>`SELECT name FROM ${sql.table(TABLE)}`.execute(db);
  return Object.fromEntries(rows.map(({ name }) => [name, { up: () => Promise.resolve() }]));
}
