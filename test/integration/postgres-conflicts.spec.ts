import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IdempotencyClaim, Owner } from 'conversation-store';
import pg from 'pg';
import { ownerKey } from '../../src/domain/owner-key.js';
import type { PostgresConversationStore } from '../../src/store/postgres/postgres.store.js';
import { aConversation, anOwner, texts } from '../contract/workbench.js';
import { failureOf } from '../support/postgres-connections.js';
import { PostgresServer } from '../support/postgres-server.js';
import { openPostgresStore } from '../support/postgres-store.js';
import { until } from '../support/redis-server.js';

/** With a quota, a write locks the row of its owner, too. */
const QUOTA = { ownerQuotaBytes: 1_000_000_000 };

let server: PostgresServer;
/** Two stores on one database, as two processes have them. */
let stores: [PostgresConversationStore, PostgresConversationStore];
/** A session of somebody else, in a transaction that holds locks. */
let other: pg.Client;

beforeAll(async () => {
  server = await PostgresServer.start();
  const open = () => openPostgresStore(QUOTA, server.url);
  stores = [await open(), await open()];
  other = new pg.Client({ connectionString: server.url });
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await Promise.all(stores.map((store) => store.close()));
  await server.stop();
});

/** A conversation with a message, of an owner whose bytes have been counted. */
async function aCountedConversation(): Promise<{ owner: Owner; id: string }> {
  const owner = anOwner();
  const { id } = aConversation();
  await stores[0].create(owner, aConversation({ id }));
  await stores[0].append(owner, id, texts('a'));
  return { owner, id };
}

async function lockOwner(owner: Owner): Promise<void> {
  await other.query('BEGIN');
  await other.query('SELECT 1 FROM owners WHERE owner = $1 FOR UPDATE', [ownerKey(owner)]);
}

/** Waits until so many statements wait for locks. */
async function wait(count: number): Promise<void> {
  await until(async () => {
    const rows = await server.query(
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
    );
    return rows.length === count;
  });
}

function deadlocks(): number {
  return server.log.split('deadlock detected').length - 1;
}

function aClaim(): IdempotencyClaim {
  return { key: randomUUID(), requestHash: randomUUID() };
}

describe('statements of PostgreSQL that are in each other’s way', () => {
  it('are run again after a deadlock, and are applied once', async () => {
    const [store] = stores;
    const { owner, id } = await aCountedConversation();
    const before = deadlocks();
    await lockOwner(owner);
    const append = store.append(owner, id, texts('b'), { idempotency: aClaim() });
    await wait(1);
    // The append has the row that this wants, and waits for the row that this has.
    const blocked = other.query('SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE', [id]);
    const failure = await failureOf(blocked);
    await other.query('ROLLBACK');
    const { conversation } = await append;
    expect(conversation.messageCount).toBe(2);
    expect(deadlocks() - before).toBe(1);
    expect(failure).toBeUndefined();
    expect((await store.read(owner, id, { limit: 10, from: 'end' })).messages).toHaveLength(2);
  });

  it.each(['append', 'turn'] as const)(
    'take their locks in one order: a create and a change (%s) under one key',
    async (change) => {
      const { owner, id } = await aCountedConversation();
      const before = deadlocks();
      await lockOwner(owner);
      const key = randomUUID();
      const claim = () => ({ key, requestHash: randomUUID() });
      const created = failureOf(stores[0].create(owner, aConversation(), { idempotency: claim() }));
      await wait(1);
      const [message] = texts('b');
      const turn = {
        id: randomUUID(),
        input: { message: message as NonNullable<typeof message> },
        onConflict: 'reject',
        leaseMs: 60_000,
      } as const;
      const changed = failureOf(
        change === 'append'
          ? stores[1].append(owner, id, texts('b'), { idempotency: claim() })
          : stores[1].beginTurn(owner, id, { ...turn, idempotency: claim() }),
      );
      await wait(2);
      await other.query('COMMIT');
      const failures = [await created, await changed];
      expect(failures.filter(Boolean)).toMatchObject([{ code: 'idempotency-mismatch' }]);
      expect(deadlocks() - before).toBe(0);
    },
  );

  it('are run again when the operator has chosen a stricter isolation', async () => {
    const owner = anOwner();
    const { id } = aConversation();
    await stores[0].create(owner, aConversation({ id }));
    await server.set({ default_transaction_isolation: 'serializable' });
    try {
      const writes = Array.from({ length: 20 }, (_, i) =>
        (stores[i % 2] ?? stores[0]).append(owner, id, texts(`${i}`), { idempotency: aClaim() }),
      );
      const reads = Array.from({ length: 20 }, (_, i) =>
        (stores[i % 2] ?? stores[0]).read(owner, id, { limit: 10, from: 'end' }),
      );
      await Promise.all([...writes, ...reads]);
    } finally {
      await server.set({ default_transaction_isolation: 'read committed' });
    }
    const { conversation } = await stores[0].read(owner, id, { limit: 1, from: 'end' });
    expect(conversation.messageCount).toBe(20);
  });
});
