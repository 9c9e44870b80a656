import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Owner, StoreLimits } from 'conversation-store';
import pg from 'pg';
import { PostgresConnection } from '../../src/store/postgres/connection/postgres-connection.js';
import type { PostgresStoreOptions } from '../../src/store/postgres/postgres.options.js';
import { PostgresPurge } from '../../src/store/postgres/postgres.purge.js';
import type { PostgresConversationStore } from '../../src/store/postgres/postgres.store.js';
import { aConversation, texts } from '../contract/workbench.js';
import { openPostgresStore, postgresOptions } from '../support/postgres-store.js';
import { createSharedDatabase } from '../support/postgres-database.js';

const DAY_MS = 86_400_000;
const RETENTION: Partial<StoreLimits> = { ttlMs: 30 * DAY_MS };

let url: string;
let client: pg.Client;
let store: PostgresConversationStore;
let owner: Owner;

beforeAll(async () => {
  url = await createSharedDatabase();
  client = new pg.Client({ connectionString: url });
  await client.connect();
  store = await openPostgresStore(RETENTION, url);
});

afterAll(async () => {
  await store.close();
  await client.end();
});

/** Conversations that were accessed so many days ago, each with messages, events and a state. */
async function old(days: number, count: number): Promise<string[]> {
  owner = { tenantId: 't', userId: randomUUID() };
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const draft = aConversation({ messages: texts('a', 'b') });
    await store.create(owner, draft);
    const turn = { id: randomUUID(), onConflict: 'reject', leaseMs: 60_000 } as const;
    await store.beginTurn(owner, draft.id, {
      ...turn,
      input: { message: texts('question')[0] as never },
    });
    const ref = { owner, conversationId: draft.id, turnId: turn.id };
    await store.advanceTurn(ref, { leaseMs: 60_000, events: [{ seq: 1, data: 'event' }] });
    ids.push(draft.id);
  }
  await age(ids, days);
  return ids;
}

async function age(ids: readonly string[], days: number): Promise<void> {
  await client.query(
    `UPDATE conversations SET accessed_at = now() - $2 * interval '1 day' WHERE id = ANY ($1)`,
    [ids, days],
  );
}

/** The rows of all tables that belong to these conversations. */
async function rowsOf(ids: readonly string[]): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT (SELECT count(*) FROM conversations WHERE id = ANY ($1))::int
       + (SELECT count(*) FROM messages WHERE conversation_id = ANY ($1))::int
       + (SELECT count(*) FROM turn_events WHERE conversation_id = ANY ($1))::int AS count`,
    [ids],
  );
  return rows[0]?.count ?? NaN;
}

async function withPurge<T>(
  work: (purge: PostgresPurge, connection: PostgresConnection) => Promise<T>,
  limits: Partial<PostgresStoreOptions> = RETENTION,
): Promise<T> {
  const options = postgresOptions(url, limits);
  const connection = new PostgresConnection(options);
  await connection.connect();
  try {
    return await work(new PostgresPurge(connection, options), connection);
  } finally {
    await connection.close();
  }
}

describe('the purge', () => {
  it('deletes what was not accessed for the retention, with all that belongs to it', async () => {
    const gone = await old(31, 30);
    const stays = await old(29, 2);
    expect(await rowsOf(gone)).toBe(30 * (1 + 3 + 1));
    expect(await withPurge((purge) => purge.purge())).toBe(30);
    expect(await rowsOf(gone)).toBe(0);
    expect(await rowsOf(stays)).toBe(2 * 5);
    const { rows } = await client.query<{ sum: number }>(
      'SELECT sum(conversations)::int AS sum FROM owners',
    );
    const { rows: living } = await client.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM conversations',
    );
    expect(rows[0]?.sum).toBe(living[0]?.count);
  });

  it('leaves what has expired for less than an hour: nobody sees it any more', async () => {
    const ids = await old(30 + 0.5 / 24, 1);
    expect(await withPurge((purge) => purge.purge())).toBe(0);
    expect(await store.listIds(owner)).toEqual([]);
    expect(await rowsOf(ids)).toBe(5);
  });

  it('deletes nothing without a retention', async () => {
    const ids = await old(4_000, 1);
    expect(await withPurge((purge) => purge.purge(), { ttlMs: null })).toBe(0);
    expect(await rowsOf(ids)).toBe(5);
    await age(ids, 0);
  });

  it('keeps a conversation that is only read', async () => {
    const [id = ''] = await old(29, 1);
    const { accessDue } = await store.read(owner, id, { limit: 1, from: 'end' });
    expect(accessDue).toBe(true);
    await store.touch(owner, id);
    await client.query(
      `UPDATE conversations SET accessed_at = accessed_at - interval '2 days' WHERE id = $1`,
      [id],
    );
    await withPurge((purge) => purge.purge());
    expect(await rowsOf([id])).toBe(5);
  });

  it('takes nothing that is accessed between its choice and its delete', async () => {
    const [id = ''] = await old(31, 1);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    // An access that has not committed yet: the delete of the purge waits for its row.
    await other.query('BEGIN');
    await other.query(
      'UPDATE conversations SET accessed_at = now(), revision = revision + 1 WHERE id = $1',
      [id],
    );
    const purging = withPurge((purge) => purge.purge());
    await untilWaiting();
    await other.query('COMMIT');
    await other.end();
    expect(await purging).toBe(0);
    expect(await rowsOf([id])).toBe(5);
  });

  it('runs in one process at a time', async () => {
    const ids = await old(31, 1);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE', [ids[0]]);
    const first = withPurge((purge) => purge.purge());
    await untilWaiting();
    expect(await withPurge((purge) => purge.purge())).toBe(0);
    await other.query('COMMIT');
    await other.end();
    expect(await first).toBe(1);
  });

  it('begins no batch while requests wait for a connection', async () => {
    const ids = await old(31, 1);
    await withPurge(async (purge, connection) => {
      const slow = { name: 'slow', text: 'SELECT pg_sleep(0.3)' };
      const traffic = Array.from({ length: 12 }, () => connection.read(slow, []));
      const purging = purge.purge();
      await Promise.race(traffic);
      expect(await rowsOf(ids)).toBe(5);
      await Promise.all(traffic);
      expect(await purging).toBe(1);
    });
  });

  it('deletes idempotency records of the day before, and events of turns that are over', async () => {
    const claim = { key: 'key', requestHash: 'hash' };
    const [id = ''] = await old(0, 1);
    await store.append(owner, id, texts('a'), { idempotency: claim });
    await client.query(`UPDATE idempotency_records SET created_at = now() - interval '25 hours'`);
    await client.query(`UPDATE turn_events SET created_at = now() - interval '3 hours'`);
    await withPurge((purge) => purge.purge());
    const { rows } = await client.query<{ count: number }>(
      `SELECT (SELECT count(*) FROM idempotency_records)::int
         + (SELECT count(*) FROM turn_events)::int AS count`,
    );
    expect(rows[0]?.count).toBe(0);
    // A record that has expired and is still there makes room for a new one.
    await store.append(owner, id, texts('b'), { idempotency: claim });
    await client.query(`UPDATE idempotency_records SET created_at = now() - interval '25 hours'`);
    const again = await store.append(owner, id, texts('c'), { idempotency: claim });
    expect(again.replayed).toBe(false);
  });

  it('takes few conversations at once when they have many messages, and ends in the middle', async () => {
    const ids = await old(31, 6);
    await client.query('UPDATE conversations SET message_count = 1500 WHERE id = ANY ($1)', [ids]);
    await withPurge(async (purge, connection) => {
      const write = connection.write.bind(connection);
      let stopped: Promise<void> | undefined;
      connection.write = async (statement, values) => {
        const rows = await write(statement, values);
        stopped ??= purge.stop();
        return rows as never;
      };
      expect(await purge.purge()).toBe(1);
      await stopped;
    });
    expect(await withPurge((purge) => purge.purge())).toBe(5);
  });

  it('goes on with the rest when one of its statements takes too long', async () => {
    await client.query(`UPDATE idempotency_records SET created_at = now()`);
    const [id = ''] = await old(31, 1);
    const [living = ''] = await old(0, 1);
    const idempotency = { key: 'old', requestHash: 'hash' };
    await store.append(owner, living, texts('a'), { idempotency });
    await client.query(`UPDATE idempotency_records SET created_at = now() - interval '25 hours'`);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE', [id]);
    await withPurge(
      (purge) => expect(purge.purge()).rejects.toMatchObject({ code: 'store-unavailable' }),
      {
        ...RETENTION,
        timeoutMs: 300,
      },
    );
    const { rows } = await client.query(`SELECT 1 FROM idempotency_records WHERE key = 'old'`);
    expect(rows).toHaveLength(0);
    await other.query('COMMIT');
    await other.end();
    await withPurge((purge) => purge.purge());
  });

  it('leaves no row of an owner that has nothing any more', async () => {
    await old(31, 1);
    await withPurge((purge) => purge.purge());
    const { rows } = await client.query('SELECT 1 FROM owners WHERE conversations = 0');
    expect(rows).toHaveLength(0);
    expect(await store.listIds(owner)).toEqual([]);
    await store.create(owner, aConversation());
  });
});

/** Waits until a statement of the purge waits for a lock. */
async function untilWaiting(): Promise<void> {
  for (;;) {
    const { rows } = await client.query(
      `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    );
    if (rows.length > 0) return;
  }
}
