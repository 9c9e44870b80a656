import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NewMessage, Owner, TurnRef } from 'conversation-store';
import pg from 'pg';
import type { PostgresConversationStore } from '../../src/store/postgres/postgres.store.js';
import { aConversation, anOwner, texts } from '../contract/workbench.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { openHeldStore, openPostgresStore } from '../support/postgres-store.js';

const LEASE_MS = 400;
const TTL_MS = 1_500;

let url: string;
let store: PostgresConversationStore;
/** What a change waits for between its load and its write. */
let hold: (() => Promise<void>) | undefined;

beforeAll(async () => {
  url = await createSharedDatabase();
  await (await openPostgresStore({}, url)).close();
  ({ store } = await openHeldStore(url, { ttlMs: TTL_MS }, async ({ name }) => {
    if (name.startsWith('change')) await hold?.();
  }));
});
afterAll(() => store.close());

let owner: Owner;
let id: string;
let turn: TurnRef;
beforeEach(async () => {
  hold = undefined;
  owner = anOwner();
  const draft = aConversation({ messages: texts('a') });
  id = draft.id;
  await store.create(owner, draft);
  turn = { owner, conversationId: id, turnId: randomUUID() };
});

async function begin(): Promise<void> {
  const [message] = texts('question');
  const newTurn = { id: turn.turnId, onConflict: 'reject', leaseMs: LEASE_MS } as const;
  await store.beginTurn(owner, id, { ...newTurn, input: { message: message as NewMessage } });
}

describe('a write that comes after its time, though its load came before', () => {
  it.each<[string, () => Promise<unknown>]>([
    [
      'the end of a turn',
      () => store.endTurn(turn, { end: 'completed', replies: texts('late'), events: [] }),
    ],
    ['a step of a turn', () => store.advanceTurn(turn, { leaseMs: LEASE_MS, events: [] })],
    ['a state of a turn', () => store.putState(owner, id, 'late', 0, { turnId: turn.turnId })],
  ])('changes nothing: %s', async (_, step) => {
    await begin();
    hold = () => delay(LEASE_MS);
    await expect(step()).rejects.toMatchObject({ code: 'turn-lost' });
    const { messages } = await store.read(owner, id, { limit: 9, from: 'end' });
    expect(messages).toHaveLength(2);
    expect((await store.getState(owner, id)).version).toBe(0);
  });

  it('does not bring back a conversation that has expired', async () => {
    hold = () => delay(TTL_MS);
    const append = store.append(owner, id, texts('late'));
    await expect(append).rejects.toMatchObject({ code: 'conversation-not-found' });
  });
});

describe('a turn', () => {
  it('whose events are purged is retained no more', async () => {
    await begin();
    await store.advanceTurn(turn, { leaseMs: LEASE_MS, events: [{ seq: 1, data: 'event' }] });
    await store.endTurn(turn, { end: 'completed', replies: [], events: [] });
    const all = { after: 0, maxBytes: 1_000, turnId: turn.turnId };
    expect((await store.readTurn(owner, id, all)).events).toHaveLength(1);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('DELETE FROM turn_events WHERE turn_id = $1', [turn.turnId]);
    await client.end();
    await expect(store.readTurn(owner, id, all)).rejects.toMatchObject({ code: 'turn-not-found' });
  });
});
