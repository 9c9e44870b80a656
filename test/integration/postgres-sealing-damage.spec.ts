import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { NewMessage, Owner } from 'conversation-store';
import pg from 'pg';
import type { PostgresConversationStore } from '../../src/store/postgres/postgres.store.js';
import { aConversation, anOwner, texts } from '../contract/workbench.js';
import { openPostgresStore, sharedPostgresUrl } from '../support/postgres-store.js';
import { SEALING } from '../support/sealings.js';

/** What somebody can do who may write to the tables, and has no key. */
let client: pg.Client;
let store: PostgresConversationStore;
let owner: Owner;
/** The conversation that is changed, its neighbour, and one of another owner. */
let id: string;
let neighbour: string;
let stranger: string;
let turnId: string;

beforeAll(async () => {
  Logger.overrideLogger(false);
  client = new pg.Client({ connectionString: sharedPostgresUrl() });
  await client.connect();
  store = await openPostgresStore({ sealing: SEALING });
});
afterAll(async () => {
  await store.close();
  await client.end();
});
beforeEach(async () => {
  owner = anOwner();
  id = await aSealedConversation(owner);
  const ref = { owner, conversationId: id, turnId: (turnId = randomUUID()) };
  const [message] = texts('question') as [NewMessage];
  const turn = { id: turnId, onConflict: 'reject', leaseMs: 60_000, input: { message } } as const;
  await store.beginTurn(owner, id, turn);
  for (const seq of [1, 2]) {
    await store.advanceTurn(ref, { leaseMs: 60_000, events: [{ seq, data: `"${seq}"` }] });
  }
  neighbour = await aSealedConversation(owner);
  stranger = await aSealedConversation(anOwner());
});

async function aSealedConversation(of: Owner): Promise<string> {
  const draft = aConversation({
    title: 'title',
    externalId: 'external',
    metadata: { a: 'b' },
    messages: texts('a', 'b', 'c'),
  });
  await store.create(of, draft);
  await store.putState(of, draft.id, { state: 1 }, 0);
  return draft.id;
}

const all = { limit: 10, from: 'end' } as const;

async function expectDamaged(reading: Promise<unknown>): Promise<void> {
  await expect(reading).rejects.toMatchObject({
    code: 'conversation-damaged',
    conversationId: id,
    cause: { message: 'A sealed text was changed, or comes from another place.' },
  });
}

/** The neighbour is as it was, and a list has it. */
async function expectNeighbour(listed: readonly string[]): Promise<void> {
  const { conversation, messages } = await store.read(owner, neighbour, all);
  expect(conversation).toMatchObject({ title: 'title', metadata: { a: 'b' } });
  expect(messages).toHaveLength(3);
  const page = await store.list(owner, { limit: 10, statuses: ['active'] });
  expect(page.conversations.map((one) => one.id).sort()).toEqual([...listed].sort());
}

describe('a sealed text that comes from elsewhere', () => {
  it.each([
    ['the title', 'title', 'title'],
    ['the id outside', 'external_id', 'external_id'],
    ['the metadata', 'metadata', 'metadata'],
    ['the title from another field', 'title', 'external_id'],
  ])('damages its conversation alone: %s', async (_, column, from) => {
    const isField = column !== from;
    for (const source of isField ? [id] : [neighbour, stranger]) {
      await client.query(
        `UPDATE conversations SET ${column} = (SELECT ${from} FROM conversations WHERE id = $2)
         WHERE id = $1`,
        [id, source],
      );
      await expectDamaged(store.read(owner, id, all));
      await expectDamaged(store.append(owner, id, texts('d')));
      await expectNeighbour([neighbour]);
    }
  });

  it('damages its conversation alone: a working state', async () => {
    for (const source of [neighbour, stranger]) {
      await client.query(
        `UPDATE conversations SET state = (SELECT state FROM conversations WHERE id = $2)
         WHERE id = $1`,
        [id, source],
      );
      await expectDamaged(store.getState(owner, id));
      await expectNeighbour([neighbour, id]);
    }
  });

  it('damages its conversation alone: a message', async () => {
    const copy = (conversation: string, seq: number) =>
      client.query(
        `UPDATE messages SET body = (SELECT body FROM messages WHERE conversation_id = $2 AND seq = $3)
         WHERE conversation_id = $1 AND seq = 2`,
        [id, conversation, seq],
      );
    for (const source of [neighbour, stranger]) {
      await copy(source, 2);
      await expectDamaged(store.read(owner, id, all));
      await expectNeighbour([neighbour, id]);
    }
  });

  it('damages its conversation alone: what was sealed of another message, or role', async () => {
    for (const [from, to] of [
      [',"u",', ',"s",'],
      ['["', '["x'],
    ]) {
      await client.query(
        `UPDATE messages SET body = replace(body, $2, $3) WHERE conversation_id = $1 AND seq = 3`,
        [id, from, to],
      );
      await expectDamaged(store.read(owner, id, all));
      await expectNeighbour([neighbour, id]);
    }
  });

  it('damages its conversation alone: a batch of events', async () => {
    await client.query(
      `UPDATE turn_events SET data = (SELECT data FROM turn_events WHERE conversation_id = $1 AND seq = 2)
       WHERE conversation_id = $1 AND seq = 1`,
      [id],
    );
    const query = { turnId, after: 0, maxBytes: 1_000 };
    await expectDamaged(store.readTurn(owner, id, query));
    const { events } = await store.readTurn(owner, id, { ...query, after: 1 });
    expect(events).toEqual([{ seq: 2, data: '"2"' }]);
    await expectNeighbour([neighbour, id]);
  });
});

describe('a sealed text of which one character was changed', () => {
  /** Changes the character in the middle of what a column has behind a mark. */
  async function change(table: string, column: string, where: string): Promise<void> {
    const { rows } = await client.query<{ text: string }>(
      `SELECT ${column} AS text FROM ${table} WHERE ${where}`,
      [id],
    );
    const { text } = rows[0] as { text: string };
    const middle = Math.floor(text.length * 0.8);
    const changed = `${text.slice(0, middle)}${text[middle] === 'A' ? 'B' : 'A'}${text.slice(middle + 1)}`;
    await client.query(`UPDATE ${table} SET ${column} = $2 WHERE ${where}`, [id, changed]);
  }

  it.each(['title', 'external_id', 'metadata'])('damages its conversation: %s', async (column) => {
    await change('conversations', column, 'id = $1');
    await expectDamaged(store.read(owner, id, all));
    await expectNeighbour([neighbour]);
    await store.delete(owner, id);
  });

  it('damages what has it, and nothing else', async () => {
    await change('conversations', 'state', 'id = $1');
    await expectDamaged(store.getState(owner, id));
    await change('messages', 'body', 'conversation_id = $1 AND seq = 1');
    await expectDamaged(store.read(owner, id, all));
    // What is intact can be read.
    expect((await store.read(owner, id, { limit: 3, from: 'end' })).messages).toHaveLength(3);
    await change('turn_events', 'data', 'conversation_id = $1 AND seq = 2');
    await expectDamaged(store.readTurn(owner, id, { turnId, after: 0, maxBytes: 1_000 }));
    await expectNeighbour([neighbour, id]);
  });
});
