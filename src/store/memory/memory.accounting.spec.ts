import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CodedError } from '../../domain/coded-error.js';
import type { NewMessage } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import type { TurnRef } from '../../domain/turn.js';
import { LargestFirst, type SizedPart } from './largest-first.js';
import type { MemoryConversation } from './memory.conversation.js';
import type { MemoryOwner } from './memory.owner.js';
import {
  bytesOfConversation,
  bytesOfBatch,
  bytesOfMessage,
  bytesOfRecord,
  bytesOfText,
  bytesOfTurns,
  OWNER,
} from './memory.sizes.js';
import { MemoryConversationStore } from './memory.store.js';

const MAX_BYTES = 40_000;
const TTL_MS = 600_000;
const OWNERS: readonly Owner[] = ['a', 'b'].flatMap((tenantId) =>
  ['x', 'y'].map((userId) => ({ tenantId, userId })),
);

/** What one step of a run does. Every number chooses, and none is out of range. */
interface Step {
  readonly method: (typeof METHODS)[number];
  readonly owner: number;
  readonly id: number;
  readonly turn: number;
  readonly text: string;
  readonly key: number;
  readonly elapsed: number;
}

const METHODS = [
  'create',
  'create',
  'append',
  'append',
  'update',
  'delete',
  'touch',
  'read',
  'putState',
  'beginTurn',
  'beginTurn',
  'advanceTurn',
  'advanceTurn',
  'endTurn',
  'cancelTurn',
  'erase',
] as const;

const step: fc.Arbitrary<Step> = fc.record({
  method: fc.constantFrom(...METHODS),
  owner: fc.nat({ max: OWNERS.length - 1 }),
  id: fc.nat({ max: 2 }),
  turn: fc.nat({ max: 3 }),
  text: fc
    .tuple(fc.constantFrom('x', 'é', '漢', '👋'), fc.nat({ max: 1_500 }))
    .map(([character, length]) => character.repeat(length)),
  key: fc.nat({ max: 4 }),
  // The clock may be set back.
  elapsed: fc.oneof(
    { weight: 19, arbitrary: fc.constantFrom(0, 1, 100) },
    { weight: 1, arbitrary: fc.constantFrom(TTL_MS / 2, TTL_MS + 1, -TTL_MS, 86_400_001) },
  ),
});

describe('the bytes that the memory store counts', () => {
  it('are those of a recount, within the bound, and 0 when everything is erased', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 100, size: 'max' }), async (steps) => {
        let now = Date.UTC(2026, 0, 1);
        const store = new MemoryConversationStore({
          maxBytes: MAX_BYTES,
          ttlMs: TTL_MS,
          maxMessagesPerConversation: 1_000,
          maxConversationsPerUser: 1_000,
          pageBytes: 1024 ** 2,
          ownerQuotaBytes: 20_000,
          clock: () => now,
          onEvict: () => seen.add('evicted'),
        });
        for (const each of steps) {
          now += each.elapsed;
          seen.add(await outcomeOf(() => run(store, each)));
          expectRecount(store);
        }
        for (const owner of OWNERS) await store.erase(owner);
        expect(store.bytes).toBe(0);
        expect(store['holdings'].tenants.size).toBe(0);
      }),
      { numRuns: 100, seed: 1 },
    );
    expect([...seen]).toEqual(
      expect.arrayContaining(['done', 'evicted', 'quota-exceeded', 'turn-lost']),
    );
  });
});

function run(store: MemoryConversationStore, step: Step): Promise<unknown> {
  const owner = OWNERS[step.owner] as Owner;
  const id = `conversation-${step.id}`;
  const ref: TurnRef = { owner, conversationId: id, turnId: `turn-${step.turn}` };
  const { text } = step;
  const messages: NewMessage[] = [{ id: 'm', role: 'user', parts: [{ type: 'text', text }] }];
  const idempotency =
    step.key === 0 ? undefined : { key: `key-${step.key}`, requestHash: `hash-${step.key}` };
  const events = [{ seq: step.key + 1, data: text }];
  switch (step.method) {
    case 'create':
      return store.create(owner, { id, metadata: {}, messages }, { idempotency });
    case 'append':
      return store.append(owner, id, messages, { idempotency });
    case 'update':
      return store.update(owner, id, { title: text.slice(0, 99), metadata: { [text]: text } });
    case 'delete':
      return store.delete(owner, id);
    case 'touch':
      return store.touch(owner, id);
    case 'read':
      return store.read(owner, id, { limit: 5, from: 'end' });
    case 'putState':
      return store.putState(owner, id, text, step.key);
    case 'beginTurn': {
      const [message] = messages as [NewMessage];
      const turn = { id: ref.turnId, input: { message }, leaseMs: 1_000, idempotency };
      return store.beginTurn(owner, id, { ...turn, onConflict: 'enqueue' });
    }
    case 'advanceTurn':
      return store.advanceTurn(ref, { leaseMs: 1_000, events });
    case 'endTurn':
      return store.endTurn(ref, { end: 'completed', replies: messages, events, idempotency });
    case 'cancelTurn':
      return store.cancelTurn(ref);
    case 'erase':
      return step.key === 0 ? store.erase(owner) : store.listIds(owner);
  }
}

async function outcomeOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return 'done';
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return error.code;
  }
}

/** Counts everything that the store holds again, from the texts. */
function expectRecount(store: MemoryConversationStore): void {
  const tenants = [...store['holdings'].tenants.values()];
  const owners = tenants.flatMap((tenant) => [...tenant.owners.values()]);
  let sum = 0;
  for (const holder of owners) {
    const conversations = [...holder.conversations.values()].map((held) =>
      recount(held.conversation),
    );
    const records = recountRecords(holder);
    const quota = conversations.reduce((bytes, each) => bytes + each.quota, records);
    const turns = conversations.reduce((bytes, each) => bytes + each.turns, 0);
    expect(holder.quotaBytes).toBe(quota);
    expect(holder.bytes).toBe(OWNER + quota + turns);
    expect(holder.conversations.size + holder.records.size).toBeGreaterThan(0);
    sum += holder.bytes;
  }
  expect(store.bytes).toBe(sum);
  const isSingle = owners.length === 1 && owners[0]?.conversations.size === 1;
  if (!isSingle) expect(sum).toBeLessThanOrEqual(MAX_BYTES);
}

function recount(conversation: MemoryConversation): { quota: number; turns: number } {
  const messages = conversation['messages']['messages'];
  const { json } = conversation['state'];
  const batches = [...conversation['turnEvents']['byTurn'].values()].flat();
  return {
    quota:
      bytesOfConversation(conversation['conversation']) +
      messages.reduce((bytes, message) => bytes + bytesOfMessage(message.json), 0) +
      (conversation['state'].version === 0 ? 0 : bytesOfText(json)),
    turns:
      bytesOfTurns(conversation['turns']) +
      batches.reduce((bytes, batch) => bytes + bytesOfBatch(batch), 0),
  };
}

function recountRecords({ records }: MemoryOwner): number {
  return [...records.values()].reduce((bytes, { key, record }) => {
    return bytes + bytesOfRecord({ ...record, key }, record.id, record.turn?.id);
  }, 0);
}

describe('the largest part of a whole', () => {
  it('is the largest, whatever parts grow, shrink and go', () => {
    const change = fc.tuple(fc.nat({ max: 9 }), fc.integer({ min: -50, max: 50 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(change, { maxLength: 100 }), (changes) => {
        const whole = new LargestFirst<SizedPart>();
        const parts = Array.from({ length: 10 }, () => ({ bytes: 0, heapIndex: -1 }));
        for (const [index, bytes, goes] of changes) {
          const part = parts[index] as SizedPart;
          if (!goes) whole.grow(part, Math.max(bytes, -part.bytes));
          else if (part.heapIndex >= 0) {
            whole.remove(part);
            part.bytes = 0;
          }
          const held = parts.filter(({ heapIndex }) => heapIndex >= 0);
          expect(whole.count).toBe(held.length);
          expect(whole.bytes).toBe(held.reduce((sum, { bytes: each }) => sum + each, 0));
          const sizes = held.map(({ bytes: each }) => each);
          expect(whole.largest?.bytes ?? -Infinity).toBe(Math.max(...sizes));
        }
      }),
    );
  });
});
