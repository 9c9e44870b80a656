import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { MessageRange, Owner } from 'conversation-store';
import pg from 'pg';
import { ownerKey } from '../../src/domain/owner-key.js';
import type { PostgresConversationStore } from '../../src/store/postgres/postgres.store.js';
import { aConversation, anOwner, texts } from '../contract/workbench.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { openHeldStore, openPostgresStore } from '../support/postgres-store.js';

let client: pg.Client;
let store: PostgresConversationStore;
/** The names of the statements that the store has run since the test began. */
let names: string[];
/** Runs before each statement. */
let before: (name: string) => Promise<void>;
let owner: Owner;
let id: string;

beforeAll(async () => {
  const url = await createSharedDatabase();
  await (await openPostgresStore({}, url)).close();
  client = new pg.Client({ connectionString: url });
  await client.connect();
  ({ store } = await openHeldStore(url, {}, async ({ name }) => {
    names.push(name);
    await before(name);
  }));
});
beforeEach(async () => {
  names = [];
  before = async () => undefined;
  owner = anOwner();
  const draft = aConversation({ messages: texts('1', '2', '3', '4') });
  id = draft.id;
  await store.create(owner, draft);
});
afterAll(async () => {
  await store.close();
  await client.end();
});

async function seqsOf(range: Partial<MessageRange> = {}): Promise<number[]> {
  const page = await store.read(owner, id, { limit: 10, from: 'end', ...range });
  return page.messages.map(({ seq }) => seq);
}

interface TreeColumns {
  readonly leaf_seq: number | null;
  readonly branches: string;
}

async function columns(): Promise<TreeColumns> {
  const text = 'SELECT leaf_seq, branches FROM conversations WHERE id = $1';
  return (await client.query<TreeColumns>(text, [id])).rows[0] as TreeColumns;
}

/** As a process does it that knows no branches. */
async function appendAsBefore(): Promise<void> {
  const key = ownerKey(owner);
  await client.query(
    `WITH head AS (
       UPDATE conversations SET revision = revision + 1, message_count = message_count + 1, version = version + 1
       WHERE owner = $1 AND id = $2 RETURNING message_count
     ) INSERT INTO messages (owner, conversation_id, seq, body)
       SELECT $1, $2, message_count, '1700000000000["${randomUUID()}","u","old"]' FROM head`,
    [key, id],
  );
}

/** As many places where a branch begins as there may be: an alternative to each answer. */
async function branchEverywhere(): Promise<void> {
  const records = Array.from({ length: 1_000 }, (_, i) =>
    [3 * i + 3, 3 * i + 1, 0].map((number) => String(number).padStart(8, '0')).join(''),
  );
  await client.query(
    `INSERT INTO messages (owner, conversation_id, seq, body)
     SELECT $1, $2, n, '1700000000000["m","u","text"]' FROM generate_series(5, 3000) AS n`,
    [ownerKey(owner), id],
  );
  await client.query('UPDATE conversations SET message_count = 3000, branches = $2 WHERE id = $1', [
    id,
    records.join(''),
  ]);
}

describe('a conversation without branches', () => {
  it('is read by one statement, and its columns are not written', async () => {
    await store.append(owner, id, texts('5'));
    await store.append(owner, id, texts('6'), { parentSeq: 5 });
    await store.touch(owner, id);
    await store.update(owner, id, { title: 'title' });
    expect(names.filter((name) => /leaf|branches/.test(name))).toEqual([]);
    names = [];
    expect(await seqsOf()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await seqsOf({ branch: 3 })).toEqual([1, 2, 3]);
    expect(names).toEqual(['read-before', 'read-before']);
    expect(await columns()).toEqual({ leaf_seq: null, branches: '' });
  });

  it('has a leaf of its own only while that is not its last message', async () => {
    await store.update(owner, id, { leafSeq: 2 });
    expect(await columns()).toEqual({ leaf_seq: 2, branches: '' });
    names = [];
    expect(await seqsOf()).toEqual([1, 2]);
    expect(names).toEqual(['read-before']);
    await store.update(owner, id, { leafSeq: 4 });
    expect(await columns()).toEqual({ leaf_seq: null, branches: '' });
  });
});

describe('a conversation with branches', () => {
  it('stores a record for each, and no leaf while that is its last message', async () => {
    await store.append(owner, id, texts('5'), { parentSeq: 1 });
    await store.append(owner, id, texts('6'), { supersedes: 5 });
    const branches = '000000050000000100000000' + '000000060000000100000005';
    expect(await columns()).toEqual({ leaf_seq: null, branches });
    await store.update(owner, id, { leafSeq: 4 });
    expect(await columns()).toEqual({ leaf_seq: 4, branches });
  });

  it('answers nobody with its records', async () => {
    const appended = await store.append(owner, id, texts('5'), { parentSeq: 1 });
    const { conversations } = await store.list(owner, { limit: 9, statuses: ['active'] });
    const answers = [
      appended.conversation,
      (await store.read(owner, id, { limit: 9, from: 'end' })).conversation,
      await store.touch(owner, id),
      await store.update(owner, id, { title: 'title' }),
      ...conversations,
    ];
    expect(answers).toHaveLength(5);
    for (const answer of answers) {
      expect(answer.leafSeq).toBe(5);
      expect(answer).not.toHaveProperty('branches');
    }
  });

  it('is read by one statement where the messages of other branches are few', async () => {
    await store.append(owner, id, texts('5', '6'), { parentSeq: 2 });
    names = [];
    expect(await seqsOf({ limit: 4 })).toEqual([1, 2, 5, 6]);
    expect(names).toEqual(['read-before']);
    expect(await seqsOf({ limit: 4, branch: 4 })).toEqual([1, 2, 3, 4]);
    expect(await seqsOf({ limit: 3, from: { after: 1 } })).toEqual([2, 5, 6]);
    expect(names).toEqual(['read-before', 'read-before', 'read-after']);
  });

  it('is read by two statements where a page has to leave out many', async () => {
    await store.append(owner, id, texts(...Array.from({ length: 50 }, String)), { parentSeq: 2 });
    await store.append(owner, id, texts('x'), { parentSeq: 2 });
    names = [];
    expect(await seqsOf({ limit: 3 })).toEqual([1, 2, 55]);
    expect(names).toEqual(['read-before', 'read-last-of']);
    names = [];
    expect(await seqsOf({ limit: 3, from: { after: 0 } })).toEqual([1, 2, 55]);
    expect(names).toEqual(['read-after', 'read-first-of']);
  });

  it('is not found when it is deleted between the two', async () => {
    await store.append(owner, id, texts(...Array.from({ length: 50 }, String)), { parentSeq: 2 });
    await store.append(owner, id, texts('x'), { parentSeq: 2 });
    before = async (name) => {
      if (name === 'read-last-of') {
        await client.query('DELETE FROM messages WHERE conversation_id = $1', [id]);
        await client.query('DELETE FROM conversations WHERE id = $1', [id]);
      }
    };
    await expect(seqsOf()).rejects.toMatchObject({ code: 'conversation-not-found' });
  });

  it.each(['damaged', 'x'.repeat(24), '0'.repeat(25)])(
    'whose branches are %s is damaged, and takes no messages',
    async (branches) => {
      await client.query('UPDATE conversations SET branches = $2 WHERE id = $1', [id, branches]);
      const damaged = { code: 'conversation-damaged' };
      await expect(seqsOf()).rejects.toMatchObject(damaged);
      await expect(seqsOf({ branch: 2 })).rejects.toMatchObject(damaged);
      await expect(store.append(owner, id, texts('5'))).rejects.toMatchObject(damaged);
      await store.delete(owner, id);
    },
  );

  it.each([1, 5])('without its message %d is damaged, and never shown without it', async (seq) => {
    await store.append(owner, id, texts('5', '6'), { parentSeq: 2 });
    await client.query('DELETE FROM messages WHERE conversation_id = $1 AND seq = $2', [id, seq]);
    await expect(seqsOf()).rejects.toMatchObject({ code: 'conversation-damaged' });
    await expect(seqsOf({ from: { after: 0 } })).rejects.toMatchObject({
      code: 'conversation-damaged',
    });
  });

  it('with a record that points at itself is read to an end', async () => {
    await store.append(owner, id, texts('5'), { parentSeq: 2 });
    const looping = '000000050000000500000000';
    await client.query('UPDATE conversations SET branches = $2 WHERE id = $1', [id, looping]);
    expect(await seqsOf()).toEqual([1, 2, 3, 4, 5]);
  });

  it('may have 1,000 of them, and pages as full as any', async () => {
    await branchEverywhere();
    names = [];
    const page = await store.read(owner, id, { limit: 50, from: 'end' });
    expect(names).toEqual(['read-before']);
    const path = Array.from({ length: 25 }, (_, i) => 2926 + 3 * i).flatMap((seq) => [
      seq,
      seq + 2,
    ]);
    expect(page.messages.map(({ seq }) => seq)).toEqual(path);
    expect(page.messages.at(-1)).toMatchObject({ parentSeq: 2998, siblings: [2999, 3000] });
    const next = await store.read(owner, id, { limit: 50, from: { before: path[0] as number } });
    expect(next.messages.at(-1)?.seq).toBe(2925);
    const all: number[] = [];
    for (let hasMore = true; hasMore;) {
      const from = { after: all.at(-1) ?? 0 };
      const after = await store.read(owner, id, { limit: 200, from });
      all.push(...after.messages.map(({ seq }) => seq));
      ({ hasMore } = after);
    }
    expect(all).toHaveLength(2_000);
    expect(all.every((seq) => seq % 3 !== 2)).toBe(true);
  });
});

describe('beside a process that knows no branches', () => {
  it('an append of that process goes to the active branch, if that ends at the last message', async () => {
    await store.append(owner, id, texts('5', '6'), { parentSeq: 1 });
    await appendAsBefore();
    expect(await seqsOf()).toEqual([1, 5, 6, 7]);
    const { messages } = await store.append(owner, id, texts('8'));
    expect(messages[0]).not.toHaveProperty('parentSeq');
    expect(await seqsOf()).toEqual([1, 5, 6, 7, 8]);
  });

  it('it is stored behind the last message, if another branch is active', async () => {
    await store.append(owner, id, texts('5'), { parentSeq: 1 });
    await store.update(owner, id, { leafSeq: 4 });
    await appendAsBefore();
    expect(await seqsOf()).toEqual([1, 2, 3, 4]);
    expect(await seqsOf({ branch: 6 })).toEqual([1, 5, 6]);
  });

  it('a turn that it has begun ends behind its message', async () => {
    const turnId = randomUUID();
    const turn = {
      id: turnId,
      input: { message: texts('5')[0] as ReturnType<typeof texts>[number] },
      onConflict: 'reject',
      leaseMs: 60_000,
    } as const;
    await store.beginTurn(owner, id, turn);
    const before = await client.query(
      `UPDATE conversations SET turns = turns #- '{latest,startCount}' WHERE id = $1 RETURNING turns`,
      [id],
    );
    expect(before.rows[0]).toMatchObject({ turns: { latest: { userSeq: 5 } } });
    await store.append(owner, id, texts('6'), { parentSeq: 4 });
    const ending = { end: 'completed', replies: texts('7'), events: [] } as const;
    await store.endTurn({ owner, conversationId: id, turnId }, ending);
    expect(await seqsOf({ branch: 7 })).toEqual([1, 2, 3, 4, 5, 7]);
    expect(await seqsOf()).toEqual([1, 2, 3, 4, 6]);
  });
});
