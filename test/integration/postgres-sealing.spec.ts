import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Message, Owner } from 'conversation-store';
import pg from 'pg';
import type { PostgresConversationStore } from '../../src/store/postgres/postgres.store.js';
import { aConversation, anOwner, texts } from '../contract/workbench.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { openHeldStore, openPostgresStore } from '../support/postgres-store.js';
import { ENCRYPTING, SEALING, SEALINGS } from '../support/sealings.js';

const LONG = 'All work and no play makes Jack a dull boy. '.repeat(50);

let client: pg.Client;
/** As two processes have them. */
let stores: [PostgresConversationStore, PostgresConversationStore];
/** What the next statement of a name waits for, in the first one. */
let before: Record<string, (() => Promise<unknown>) | undefined>;
let url: string;
let owner: Owner;

beforeAll(async () => {
  url = await createSharedDatabase();
  await (await openPostgresStore({}, url)).close();
  client = new pg.Client({ connectionString: url });
  await client.connect();
  const held = await openHeldStore(url, { sealing: SEALING }, async ({ name }) => {
    const { [name]: wait } = before;
    before[name] = undefined;
    await wait?.();
  });
  stores = [held.store, await openPostgresStore({ sealing: ENCRYPTING }, url)];
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await client.end();
});
beforeEach(() => {
  before = {};
  owner = anOwner();
});

async function columnsOf(id: string): Promise<Record<string, string | null>> {
  const { rows } = await client.query<Record<string, string | null>>(
    'SELECT title, external_id, metadata FROM conversations WHERE id = $1',
    [id],
  );
  return rows[0] ?? {};
}

async function bodiesOf(id: string): Promise<string[]> {
  const { rows } = await client.query<{ body: string }>(
    'SELECT body FROM messages WHERE conversation_id = $1 ORDER BY seq',
    [id],
  );
  return rows.map(({ body }) => body);
}

describe('a sealed conversation in PostgreSQL', () => {
  it('loses no patch when two processes patch it at once', async () => {
    const draft = aConversation({ title: 'title', externalId: 'e', metadata: { old: '1' } });
    await stores[0].create(owner, draft);
    const patches = Array.from({ length: 12 }, (_, i) =>
      stores[i % 2]?.update(owner, draft.id, { metadata: { [`key ${i}`]: `${i}` } }),
    );
    await Promise.all([...patches, stores[1].update(owner, draft.id, { metadata: { old: null } })]);
    const { conversation } = await stores[0].read(owner, draft.id, { limit: 0, from: 'end' });
    const entries = Array.from({ length: 12 }, (_, i) => [`key ${i}`, `${i}`]);
    expect(conversation.metadata).toEqual(Object.fromEntries(entries));
    expect(conversation).toMatchObject({ title: 'title', externalId: 'e', version: 14 });
  });

  it('has the same texts after an update, but for those that it changes', async () => {
    const draft = aConversation({ title: 'title', externalId: 'e', metadata: { a: 'b' } });
    await stores[0].create(owner, draft);
    const stored = await columnsOf(draft.id);
    await stores[1].update(owner, draft.id, { status: 'archived' });
    await stores[1].touch(owner, draft.id);
    expect(await columnsOf(draft.id)).toEqual(stored);
    await stores[1].update(owner, draft.id, { metadata: { c: 'd' } });
    const after = await columnsOf(draft.id);
    expect(after).toEqual({ ...stored, metadata: after['metadata'] });
    expect(after['metadata']).not.toBe(stored['metadata']);
  });

  it('is read by a process with the key, however it was sealed, and by no other', async () => {
    const draft = aConversation({ title: 'title', messages: texts('a', LONG) });
    await stores[0].create(owner, draft);
    for (const sealing of SEALINGS) {
      const store = await openPostgresStore({ sealing, migrate: false }, url);
      const { messages } = await store.read(owner, draft.id, { limit: 9, from: 'end' });
      expect(messages.map(({ parts }) => parts[0]?.['text'])).toEqual(['a', LONG]);
      await store.close();
    }
    const store = await openPostgresStore({ migrate: false }, url);
    const reading = store.read(owner, draft.id, { limit: 9, from: 'end' });
    await expect(reading).rejects.toMatchObject({
      code: 'conversation-damaged',
      cause: { keyId: 'k1' },
    });
    await store.close();
  });

  it('answers a repeated request, under whichever keys it was made first', async () => {
    const idempotency = { key: randomUUID(), requestHash: 'h'.repeat(22) };
    const plain = await openPostgresStore({ migrate: false }, url);
    const draft = aConversation({ messages: texts('a') });
    await plain.create(owner, draft, { idempotency });
    await plain.close();
    expect((await stores[0].create(owner, draft, { idempotency })).replayed).toBe(true);
    const other = { ...idempotency, requestHash: 'i'.repeat(22) };
    await expect(stores[0].create(owner, draft, { idempotency: other })).rejects.toMatchObject({
      code: 'idempotency-mismatch',
    });
    const { rows } = await client.query('SELECT record FROM idempotency_records WHERE key = $1', [
      idempotency.key,
    ]);
    expect(rows).toEqual([{ record: expect.stringContaining(idempotency.requestHash) }]);
  });
});

describe('a fork of a sealed conversation in PostgreSQL', () => {
  /** A source, part of which was stored before there was any sealing. */
  async function aSource(count: number): Promise<string> {
    const draft = aConversation({ title: 'title', metadata: { a: 'b' } });
    const plain = await openPostgresStore({ migrate: false }, url);
    await plain.create(owner, draft);
    await plain.append(owner, draft.id, texts('plain', LONG));
    await plain.close();
    for (let seq = 3; seq <= count; seq += 100) {
      const length = Math.min(100, count - seq + 1);
      const contents = Array.from({ length }, (_, i) => `${seq + i} `.padEnd(500, '.'));
      await stores[0].append(owner, draft.id, texts(...contents));
    }
    return draft.id;
  }

  async function messagesOf(store: PostgresConversationStore, id: string): Promise<unknown[]> {
    const found: unknown[] = [];
    const without = ({ id: messageId, seq, role, parts, createdAt }: Message) => ({
      ...{ messageId, seq, role, parts, createdAt },
    });
    for (let after = 0; ;) {
      const page = await store.read(owner, id, { limit: 2_000, from: { after } });
      found.push(...page.messages.map(without));
      if (!page.hasMore) return found;
      after = page.messages.at(-1)?.seq ?? 0;
    }
  }

  it('has all of 10,000 messages, each sealed anew', async () => {
    const id = await aSource(10_000);
    const fork = { id: randomUUID(), forkedFrom: { id, seq: 10_000 } };
    const { conversation } = await stores[0].fork(owner, fork);
    expect(conversation).toMatchObject({ title: 'title', metadata: { a: 'b' } });
    expect(await messagesOf(stores[1], fork.id)).toEqual(await messagesOf(stores[1], id));
    const sources = new Set(await bodiesOf(id));
    expect((await bodiesOf(fork.id)).filter((body) => sources.has(body))).toEqual([]);
    await stores[1].delete(owner, id);
    expect(await messagesOf(stores[1], fork.id)).toHaveLength(10_000);
  });

  it('is none when its source is deleted between two chunks', async () => {
    const id = await aSource(2_500);
    const fork = { id: randomUUID(), forkedFrom: { id, seq: 2_500 } };
    let chunks = 0;
    const deleteAtThird = async (): Promise<void> => {
      if (++chunks === 3) await stores[1].delete(owner, id);
      else before['read-forked'] = deleteAtThird;
    };
    before['read-forked'] = deleteAtThird;
    await expect(stores[0].fork(owner, fork)).rejects.toMatchObject({
      code: 'conversation-not-found',
    });
    expect(chunks).toBe(3);
    expect(await bodiesOf(fork.id)).toEqual([]);
    expect(await columnsOf(fork.id)).toEqual({});
  });

  it('is none when a message of its source cannot be opened', async () => {
    const id = await aSource(5);
    await client.query(
      `UPDATE messages SET body = replace(body, '"sealed":"', '"sealed":"A')
       WHERE conversation_id = $1 AND seq = 4`,
      [id],
    );
    const fork = { id: randomUUID(), forkedFrom: { id, seq: 5 } };
    await expect(stores[0].fork(owner, fork)).rejects.toMatchObject({
      code: 'conversation-damaged',
      conversationId: id,
    });
    expect(await bodiesOf(fork.id)).toEqual([]);
  });

  it('of one id is made once when two processes make it', async () => {
    const id = await aSource(150);
    const fork = { id: randomUUID(), forkedFrom: { id, seq: 150 } };
    const results = await Promise.allSettled(stores.map((store) => store.fork(owner, fork)));
    const failed = results.filter(({ status }) => status === 'rejected');
    expect(failed).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ code: 'conversation-exists' }) },
    ]);
    expect(await messagesOf(stores[1], fork.id)).toHaveLength(150);
  });
});
