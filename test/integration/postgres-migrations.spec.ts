import { beforeAll, describe, expect, it } from '@jest/globals';
import { sql, type Migration, type RawBuilder } from 'kysely';
import pg from 'pg';
import { ownerKey } from '../../src/domain/owner-key.js';
import { migrate, migrationsOf } from '../../src/store/postgres/migrations/migrate.js';
import { texts } from '../contract/workbench.js';
import { expectUnavailable, useConnections } from '../support/postgres-connections.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { openPostgresStore } from '../support/postgres-store.js';

const MIGRATIONS = migrationsOf({});

const { expectLogged } = useConnections();

let url: string;
beforeAll(async () => {
  url = await createSharedDatabase();
});

async function withPool<T>(work: (pool: pg.Pool) => Promise<T>, at = url): Promise<T> {
  const pool = new pg.Pool({ connectionString: at });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

function migration(...statements: RawBuilder<unknown>[]): Migration {
  return {
    up: async (db) => {
      for (const statement of statements) await statement.execute(db);
    },
  };
}

async function tablesOf(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname`,
  );
  return rows.map(({ name }) => name);
}

describe('the migrations', () => {
  it('run once when two processes start at once on an empty database', async () => {
    const starts = [1, 2, 3].map(() => withPool((pool) => migrate(pool, MIGRATIONS)));
    const ran = await Promise.all(starts);
    expect(ran.flat()).toEqual(Object.keys(MIGRATIONS));
    expect(await withPool((pool) => migrate(pool, MIGRATIONS))).toEqual([]);
  });

  it('leave the version before when one fails half-way', async () => {
    const failing = {
      ...MIGRATIONS,
      '9998-good': migration(sql`CREATE TABLE half_way (id integer)`),
      '9999-bad': migration(sql`CREATE TABLE never (id integer)`, sql`SELECT 1 / 0`),
    };
    await withPool(async (pool) => {
      await migrate(pool, MIGRATIONS);
      const before = await tablesOf(pool);
      await expect(migrate(pool, failing)).rejects.toThrow('division by zero');
      expect(await tablesOf(pool)).toEqual(before);
      expect(await migrate(pool, MIGRATIONS)).toEqual([]);
    });
  });

  it('of a newer process do not stop an older one from starting', async () => {
    const newer = { ...MIGRATIONS, '9997-newer': { up: () => Promise.resolve() } };
    await withPool(async (pool) => {
      expect(await migrate(pool, newer)).toContain('9997-newer');
      expect(await migrate(pool, MIGRATIONS)).toEqual([]);
    });
  });
});

describe('a store whose user may not migrate', () => {
  it('logs once which right is missing, and refuses requests', async () => {
    const database = await createSharedDatabase();
    await withPool(async (pool) => {
      await migrate(pool, MIGRATIONS);
      await pool.query('REVOKE ALL ON schema_migrations FROM CURRENT_USER');
    }, database);
    const store = await openPostgresStore({}, database);
    try {
      await expectLogged(/denies access: permission denied for table schema_migrations\. Grant/);
      await expectUnavailable(store.listIds({ tenantId: 'contoso', userId: 'alice' }));
    } finally {
      await store.close();
    }
  });
});

describe.each([
  ['without partitions', 0],
  ['with partitions', 4],
])('the tables %s', (_, partitions) => {
  it('have the owner first in every key, but for the numbers of flushes', async () => {
    const database = await createSharedDatabase();
    const keys = await withPool(async (pool) => {
      await migrate(pool, migrationsOf({ partitions }));
      const { rows } = await pool.query<{ table: string; key: string; first: string }>(
        `SELECT i.indrelid::regclass::text AS table, i.indexrelid::regclass::text AS key,
           a.attname AS first
         FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         JOIN pg_class c ON c.oid = i.indrelid
         WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
           AND c.relname NOT LIKE 'schema_migrations%'
           -- A row for each partition of Redis, 1,024 at most: there is no owner to divide them by.
           AND c.relname NOT IN ('flush_numbers', 'delete_numbers')`,
      );
      return rows;
    }, database);
    expect(keys.length).toBeGreaterThanOrEqual(5);
    expect(keys.filter(({ first }) => first !== 'owner')).toEqual([]);
  });

  it('are spread by owner when there are partitions', async () => {
    const database = await createSharedDatabase();
    const tables = await withPool(async (pool) => {
      await migrate(pool, migrationsOf({ partitions }));
      return tablesOf(pool);
    }, database);
    const names = ['conversations', 'messages', 'turn_events', 'idempotency_records', 'owners'];
    for (const name of names) {
      expect(tables.filter((table) => table.startsWith(`${name}_`))).toHaveLength(partitions);
    }
  });

  it('get branches without a row being written again, and go on with what they have', async () => {
    const database = await createSharedDatabase();
    const migrations = migrationsOf({ partitions });
    const older = Object.entries(migrations).filter(([name]) => name < '0003');
    const owner = { tenantId: 'contoso', userId: 'alice' };
    const id = '01890a5d-ac96-774b-bcce-b302099a8057';
    await withPool(async (pool) => {
      await migrate(pool, Object.fromEntries(older));
      await pool.query(
        `INSERT INTO conversations (owner, id, status, metadata, message_count, version, revision,
           created_at, updated_at, accessed_at, bytes, state_version)
         VALUES ($1, $2, 'active', '{}', 2, 1, 1, now(), now(), now(), 300, 0)`,
        [ownerKey(owner), id],
      );
      await pool.query(
        `INSERT INTO messages (owner, conversation_id, seq, body)
         SELECT $1, $2, n, '1700000000000["m","u","text"]' FROM generate_series(1, 2) AS n`,
        [ownerKey(owner), id],
      );
      const before = await filesOf(pool);
      expect(await migrate(pool, migrations)).toEqual(['0003-branches', '0004-request-counts']);
      expect(await filesOf(pool)).toEqual(before);
    }, database);
    const store = await openPostgresStore({}, database);
    try {
      await store.append(owner, id, texts('3'), { parentSeq: 1 });
      const page = await store.read(owner, id, { limit: 9, from: 'end' });
      expect(page.messages.map(({ seq }) => seq)).toEqual([1, 3]);
      expect(page.leafSeq).toBe(3);
    } finally {
      await store.close();
    }
  });
});

/** The file of each table: PostgreSQL makes another one when it writes all rows again. */
async function filesOf(pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query<{ name: string; file: number }>(
    `SELECT relname AS name, relfilenode AS file FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relname LIKE 'conversations%' AND relkind = 'r'
     ORDER BY relname`,
  );
  return rows;
}
