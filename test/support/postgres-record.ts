import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import pg from 'pg';
import { migrate, migrationsOf } from '../../src/store/postgres/migrations/migrate.js';
import { withMigrationPool } from '../../src/store/postgres/migrations/migration-pool.js';
import type { PostgresStoreOptions } from '../../src/store/postgres/postgres.options.js';
import type { FlushNumber } from '../../src/store/postgres/record/flush-numbers.js';
import {
  openPostgresRecord,
  type OpenedRecord,
} from '../../src/store/postgres/record/open-postgres-record.js';
import type { SaveResult } from '../../src/store/postgres/record/save-verdict.js';
import type { Snapshot } from '../../src/store/snapshot.js';
import { connectionOptions } from './postgres-connections.js';
import { createSharedDatabase } from './postgres-database.js';
import { postgresOptions } from './postgres-store.js';

/** A record on the tables of a database. */
export function openRecord(
  url: string,
  options: Partial<PostgresStoreOptions> = {},
): Promise<OpenedRecord> {
  return openPostgresRecord(postgresOptions(url, options), () => true);
}

/** Stored messages, as Redis holds them. */
export function elements(...contents: string[]): string[] {
  return contents.map((text) => `1767225600000${JSON.stringify([randomUUID(), 'u', text])}`);
}

/** A conversation that was created in Redis, and has its first elements alone. */
export function aSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  const { firstSeq = 1, elements: added = elements('a', 'b') } = changes;
  const now = Date.now();
  return {
    owner: { tenantId: `tenant-${randomUUID()}`, userId: 'alice' },
    id: randomUUID(),
    partition: 1,
    revision: 1,
    status: 'active',
    metadata: '{}',
    version: 1,
    messageCount: firstSeq - 1 + added.length,
    branches: '',
    createdAt: now,
    updatedAt: now,
    lastAccessedAt: now,
    records: [],
    ...changes,
    firstSeq,
    elements: added,
  };
}

/** What Redis has of it later: more messages, and a higher revision. */
export function later(
  snapshot: Snapshot,
  added: string[],
  changes: Partial<Snapshot> = {},
): Snapshot {
  return aSnapshot({
    ...snapshot,
    revision: snapshot.revision + 1,
    version: snapshot.version + 1,
    firstSeq: snapshot.messageCount + 1,
    messageCount: snapshot.messageCount + added.length,
    elements: added,
    ...changes,
  });
}

/** The layouts of the tables, and how many partitions each has. */
export const LAYOUTS: readonly [name: string, partitions: number][] = [
  ['tables without partitions', 0],
  ['tables with partitions', 4],
];

/** Partitions of Redis. */
const PARTITIONS = 8;
const TAIL = { tail: 100, tailBytes: 1_000_000 };

/** A record on tables of its own for the tests of a `describe`, and somebody else who may hold locks. */
export function useRecord(partitions: number) {
  let url: string;
  let opened: OpenedRecord;
  let client: pg.Client;
  /** Of the last flush of every partition. */
  let number = 0;

  beforeAll(async () => {
    url = await createSharedDatabase();
    const migrations = migrationsOf({ partitions });
    await withMigrationPool(connectionOptions(url), (pool) => migrate(pool, migrations));
    opened = await openRecord(url, { ttlMs: 30 * 86_400_000 });
    client = new pg.Client({ connectionString: url });
    await client.connect();
  });
  // What a test that failed has begun.
  afterEach(() => client.query('ROLLBACK'));
  afterAll(async () => {
    await opened.record.close();
    await client.end();
  });

  async function rowsOf<Row>(text: string, values: unknown[]): Promise<Row[]> {
    return (await client.query(text, values)).rows as Row[];
  }
  return {
    get url() {
      return url;
    },
    get record() {
      return opened.record;
    },
    get connection() {
      return opened.connection;
    },
    get client() {
      return client;
    },
    rowsOf,
    /** Saves under the next number of every partition. */
    save: (...snapshots: Snapshot[]): Promise<SaveResult[]> => {
      number++;
      const numbers = Array.from({ length: PARTITIONS }, (_, i): [number, number] => [i, number]);
      return opened.record.save(numbered(numbers), snapshots);
    },
    load: ({ owner, id }: Snapshot) => opened.record.load(owner, id, TAIL),
    /** All seqs that are stored, whatever the conversation counts. */
    seqsOf: async ({ id }: Snapshot): Promise<number[]> => {
      const text = 'SELECT seq FROM messages WHERE conversation_id = $1 ORDER BY seq';
      return (await rowsOf<{ seq: number }>(text, [id])).map(({ seq }) => seq);
    },
    /** Waits until a statement waits for a lock. */
    untilWaiting: async (): Promise<void> => {
      const waiting = `SELECT 1 FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      while ((await rowsOf(waiting, [])).length === 0);
    },
  };
}

/** The numbers of a flush in a Redis that knows of none that is committed, or of this one. */
export function numbered(
  numbers: readonly (readonly [partition: number, number: number])[],
  committed = 0,
): Map<number, FlushNumber> {
  return new Map(numbers.map(([partition, number]) => [partition, { number, committed }]));
}
