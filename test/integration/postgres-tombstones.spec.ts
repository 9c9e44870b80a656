import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CONVERSATION_STATUSES,
  type CodedError,
  type ConversationStore,
  type NewMessage,
} from 'conversation-store';
import pg from 'pg';
import { ownerKey } from '../../src/domain/owner-key.js';
import type { PostgresConnection } from '../../src/store/postgres/connection/postgres-connection.js';
import { PostgresPurge } from '../../src/store/postgres/postgres.purge.js';
import type { PostgresRecord } from '../../src/store/postgres/record/postgres.record.js';
import type { Snapshot } from '../../src/store/snapshot.js';
import { aConversation, listPages, texts } from '../contract/workbench.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { numbered, aSnapshot, openRecord } from '../support/postgres-record.js';
import { openPostgresStore } from '../support/postgres-store.js';

const DAY_MS = 86_400_000;
const LIMITS = { ttlMs: 10 * DAY_MS, maxConversationsPerUser: 2 };

let client: pg.Client;
let record: PostgresRecord;
let connection: PostgresConnection;
let store: ConversationStore;
/** Conversations of an owner: one that was deleted, and one that was not. */
let deleted: Snapshot;
let living: Snapshot;
let number = 0;

beforeAll(async () => {
  const url = await createSharedDatabase();
  store = await openPostgresStore(LIMITS, url);
  ({ record, connection } = await openRecord(url, LIMITS));
  client = new pg.Client({ connectionString: url });
  await client.connect();
});

beforeEach(async () => {
  deleted = aSnapshot();
  living = aSnapshot({ owner: deleted.owner });
  await record.save(numbered([[1, ++number]]), [deleted, living]);
  await record.bury(deleted.owner, [{ id: deleted.id, revision: 2, records: [] }]);
});

afterAll(async () => {
  await store.close();
  await record.close();
  await client.end();
});

async function tombstones(): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM conversations WHERE owner = $1 AND status = 'deleted'`,
    [ownerKey(deleted.owner)],
  );
  return rows[0]?.count ?? NaN;
}

async function conversations(): Promise<number> {
  return record.conversationCount(deleted.owner);
}

describe('for the store in PostgreSQL, a conversation with a tombstone', () => {
  const [message] = texts('a') as [NewMessage];
  const turnId = randomUUID();

  it.each<[string, () => Promise<unknown>, CodedError['code']]>([
    [
      'read',
      () => store.read(deleted.owner, deleted.id, { limit: 1, from: 'end' }),
      'conversation-not-found',
    ],
    ['append', () => store.append(deleted.owner, deleted.id, [message]), 'conversation-not-found'],
    [
      'update',
      () => store.update(deleted.owner, deleted.id, { title: 'title' }),
      'conversation-not-found',
    ],
    ['touch', () => store.touch(deleted.owner, deleted.id), 'conversation-not-found'],
    ['delete', () => store.delete(deleted.owner, deleted.id), 'conversation-not-found'],
    ['get the state of', () => store.getState(deleted.owner, deleted.id), 'conversation-not-found'],
    [
      'put a state of',
      () => store.putState(deleted.owner, deleted.id, 1, 0),
      'conversation-not-found',
    ],
    [
      'begin a turn of',
      () =>
        store.beginTurn(deleted.owner, deleted.id, {
          id: turnId,
          input: { message },
          onConflict: 'reject',
          leaseMs: 1_000,
        }),
      'conversation-not-found',
    ],
    [
      'read a turn of',
      () => store.readTurn(deleted.owner, deleted.id, { after: 0, maxBytes: 1_000 }),
      'turn-not-found',
    ],
  ])('is not there to %s', async (_, use, code) => {
    await expect(use()).rejects.toMatchObject({ code });
    expect(await tombstones()).toBe(1);
  });

  it('is not listed', async () => {
    const { owner } = deleted;
    expect(await listPages(store, owner, { limit: 10, statuses: CONVERSATION_STATUSES })).toEqual([
      [living.id],
    ]);
    expect(await store.listIds(owner)).toEqual([living.id]);
  });

  it('is not counted, and leaves room under the cap', async () => {
    const { owner } = deleted;
    expect(await conversations()).toBe(1);
    await store.create(owner, aConversation());
    await expect(store.create(owner, aConversation())).rejects.toMatchObject({
      code: 'too-many-conversations',
    });
  });

  it('makes room for another one of the id', async () => {
    const { owner, id } = deleted;
    const { conversation } = await store.create(owner, aConversation({ id, messages: texts('a') }));
    expect(conversation).toMatchObject({ id, version: 1, messageCount: 1 });
    expect(await conversations()).toBe(2);
    await expect(store.create(owner, aConversation({ id }))).rejects.toMatchObject({
      code: 'conversation-exists',
    });
  });

  it('is left where it is by an erase, which does not count it', async () => {
    expect(await store.erase(deleted.owner)).toBe(1);
    expect(await tombstones()).toBe(1);
    expect(await conversations()).toBe(0);
  });
});

describe('the purge', () => {
  async function age(days: number): Promise<void> {
    await client.query(
      `UPDATE conversations SET accessed_at = now() - $2 * interval '1 day' WHERE owner = $1`,
      [ownerKey(deleted.owner), days],
    );
  }

  it('leaves a tombstone for 30 days, whatever the retention', async () => {
    await age(29);
    await new PostgresPurge(connection, { ttlMs: DAY_MS }).purge();
    expect(await tombstones()).toBe(1);
    expect(await conversations()).toBe(0);
    expect(await store.listIds(deleted.owner)).toEqual([]);
  });

  it('deletes a tombstone after 30 days, and no conversation without a retention', async () => {
    await age(31);
    expect(await new PostgresPurge(connection, { ttlMs: null }).purge()).toBe(0);
    expect(await tombstones()).toBe(0);
    expect(await conversations()).toBe(1);
    expect(await record.living(deleted.owner)).toHaveLength(1);
  });

  it('deletes nothing while it may not', async () => {
    await age(31);
    const purge = new PostgresPurge(connection, LIMITS, () => false);
    expect(await purge.purge()).toBe(0);
    expect(await tombstones()).toBe(1);
    expect(await conversations()).toBe(1);
  });

  it('makes no room for an owner by deleting tombstones', async () => {
    const { owner } = deleted;
    await age(31);
    await store.create(owner, aConversation());
    await store.create(owner, aConversation());
    expect(await tombstones()).toBe(1);
    expect(await conversations()).toBe(2);
  });
});
