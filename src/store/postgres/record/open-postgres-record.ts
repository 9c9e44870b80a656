import type { PostgresConnection } from '../connection/postgres-connection.js';
import type { PostgresMigrations } from '../migrations/postgres-migrations.js';
import { openPostgres } from '../open-postgres.js';
import type { PostgresStoreOptions } from '../postgres.options.js';
import { PostgresPurge } from '../postgres.purge.js';
import { PostgresRecord } from './postgres.record.js';

/** A record and what belongs to it. The migrations and the purge are to be stopped before it is closed. */
export interface OpenedRecord {
  readonly record: PostgresRecord;
  readonly connection: PostgresConnection;
  readonly migrations: PostgresMigrations;
  /** Has not started. */
  readonly purge: PostgresPurge;
}

/**
 * A record that is connected, or that goes on trying to connect when PostgreSQL is away.
 * @param mayPurge whether the rows say what was accessed last: a purge begins no batch while they do not
 */
export async function openPostgresRecord(
  options: PostgresStoreOptions,
  mayPurge: () => boolean,
): Promise<OpenedRecord> {
  const { connection, migrations } = await openPostgres(options);
  const record = new PostgresRecord(connection, options);
  return {
    record,
    connection,
    migrations,
    purge: new PostgresPurge(connection, options, mayPurge),
  };
}
