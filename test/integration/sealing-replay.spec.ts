import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConversationStore, NewMessage, NewTurn, Owner } from 'conversation-store';
import { Sealing } from '../../src/store/sealing/sealing.js';
import { aConversation, anOwner, texts } from '../contract/workbench.js';
import { openPostgresStore } from '../support/postgres-store.js';
import { openRedisStore } from '../support/redis-store.js';
import { KEY_1, KEY_2 } from '../support/sealings.js';
import { createTierPair, openCoolingStore } from '../support/tiered-store.js';

/** From the first keys to the last ones, as an operator has them one after the other. */
const STAGES: readonly (readonly [name: string, sealing: Sealing])[] = [
  ['the keys prepared', new Sealing({ openingKeys: [KEY_1] })],
  ['encryption', new Sealing({ sealingKey: KEY_1 })],
  ['the next key prepared', new Sealing({ sealingKey: KEY_1, openingKeys: [KEY_2] })],
  ['the next key', new Sealing({ sealingKey: KEY_2, openingKeys: [KEY_1] })],
  ['encryption switched off', new Sealing({ openingKeys: [KEY_2, KEY_1] })],
];

type Open = (sealing: Sealing) => Promise<ConversationStore>;

describe.each<[name: string, opens: () => Promise<Open>]>([
  ['Redis', async () => (sealing) => openRedisStore({ sealing })],
  ['PostgreSQL', async () => (sealing) => openPostgresStore({ sealing })],
  [
    'both, everything cold before each call',
    async () => {
      const pair = await createTierPair(`${randomUUID()}:`);
      return (sealing) => openCoolingStore(pair, { sealing });
    },
  ],
])('a request that is repeated in %s', (_, opens) => {
  let stores: ConversationStore[];
  let owner: Owner;

  beforeAll(async () => {
    owner = anOwner();
    stores = [];
    const open = await opens();
    for (const [, sealing] of STAGES) stores.push(await open(sealing));
  });
  afterAll(async () => {
    for (const store of stores) await store.close();
  });

  function storeAt(stage: number): ConversationStore {
    return stores[stage] as ConversationStore;
  }

  function aTurn(): NewTurn {
    const [message] = texts('question') as [NewMessage];
    const idempotency = { key: randomUUID(), requestHash: randomUUID() };
    return {
      id: randomUUID(),
      input: { message },
      onConflict: 'enqueue',
      leaseMs: 60_000,
      idempotency,
    };
  }

  it.each(STAGES.map(([name], stage) => [name, stage] as const))(
    'has its first answer from %s on',
    async (__, stage) => {
      const idempotency = { key: randomUUID(), requestHash: randomUUID() };
      const other = { ...idempotency, requestHash: randomUUID() };
      const draft = aConversation({ title: 'title', messages: [] });
      await storeAt(stage).create(owner, draft);
      const append = (store: ConversationStore, claim = idempotency) =>
        store.append(owner, draft.id, texts('a', 'b'), { idempotency: claim });
      await append(storeAt(stage));
      const turn = aTurn();
      await storeAt(stage).beginTurn(owner, draft.id, turn);
      for (const later of stores.slice(stage)) {
        const { replayed, messages } = await append(later);
        expect([replayed, messages.length]).toEqual([true, 2]);
        await expect(append(later, other)).rejects.toMatchObject({ code: 'idempotency-mismatch' });
        const again = await later.beginTurn(owner, draft.id, { ...turn, id: randomUUID() });
        expect(again).toMatchObject({ outcome: 'replayed', turn: { id: turn.id } });
      }
      // The record of the turn is written once more, with the hash of these keys.
      const ref = { owner, conversationId: draft.id, turnId: turn.id };
      const ending = { end: 'completed', replies: texts('answer'), events: [] } as const;
      await stores.at(-1)?.endTurn(ref, { ...ending, idempotency: turn.idempotency });
      for (const later of stores.slice(stage)) {
        const again = await later.beginTurn(owner, draft.id, { ...turn, id: randomUUID() });
        expect(again).toMatchObject({ outcome: 'replayed', turn: { status: 'completed' } });
      }
    },
  );

  it('leaves the queue when another process, with other keys, has begun its turn', async () => {
    const draft = aConversation({ messages: [] });
    const [before, after] = [storeAt(1), storeAt(3)];
    await before.create(owner, draft);
    const [first, turn, behind] = [aTurn(), aTurn(), aTurn()];
    const repeated = { ...turn, id: randomUUID() };
    await before.beginTurn(owner, draft.id, first);
    const queued = { outcome: 'queued' };
    expect(await before.beginTurn(owner, draft.id, turn)).toEqual(queued);
    expect(await after.beginTurn(owner, draft.id, repeated)).toEqual(queued);
    expect(await before.beginTurn(owner, draft.id, behind)).toEqual(queued);
    const end = ({ id: turnId, idempotency }: NewTurn) => {
      const ending = { end: 'completed', replies: [], events: [], idempotency } as const;
      return before.endTurn({ owner, conversationId: draft.id, turnId }, ending);
    };
    await end(first);
    expect(await before.beginTurn(owner, draft.id, turn)).toMatchObject({ outcome: 'begun' });
    expect(await after.beginTurn(owner, draft.id, repeated)).toMatchObject({ outcome: 'replayed' });
    await end(turn);
    expect(await before.beginTurn(owner, draft.id, behind)).toMatchObject({ outcome: 'begun' });
  });
});
