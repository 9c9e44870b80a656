import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Message } from '../domain/message.js';
import type { Owner } from '../domain/owner.js';
import type { NewTurn, TurnEvent, TurnRef } from '../domain/turn.js';
import { MemoryConversationStore } from '../store/memory/memory.store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { TurnLostError } from '../domain/turn.errors.js';
import type { TurnOutcome } from '../store/turn-store.js';
import { DELIVERIES_PER_SECOND, DeliveryPace } from './delivery-pace.js';
import type { TurnOutput } from './orchestrator.js';
import type { BegunTurn } from './begun-turn.js';
import { TurnExecution } from './turn-execution.js';
import type { LeaseOptions } from './turn-lease.js';

const OWNER: Owner = { tenantId: 't', userId: 'u' };
const REF: TurnRef = { owner: OWNER, conversationId: 'C', turnId: 'T' };
const LEASE = {
  leaseMs: 3_000,
  timeoutMs: 10_000,
  runningTurns: () => 1,
  deliveryPace: new DeliveryPace(DELIVERIES_PER_SECOND.ofProcess),
};

describe('a turn that runs', () => {
  let store: MemoryConversationStore;
  let begun: BegunTurn;

  beforeEach(async () => {
    store = new MemoryConversationStore({
      maxBytes: 10_000_000,
      ttlMs: 86_400_000,
      maxMessagesPerConversation: 3,
      maxConversationsPerUser: 10,
      pageBytes: 1024 * 1024,
    });
    begun = await begin();
  });

  async function begin(): Promise<BegunTurn> {
    await store.create(OWNER, { id: 'C', metadata: {}, messages: [] });
    const message = { id: 'M', role: 'user', parts: [{ type: 'text', text: 'hi' }] } as const;
    const { leaseMs } = LEASE;
    const newTurn: NewTurn = { id: 'T', input: { message }, onConflict: 'reject', leaseMs };
    const beginning = await store.beginTurn(OWNER, 'C', newTurn);
    if (beginning.outcome !== 'begun') throw new Error(beginning.outcome);
    const { outcome, turn, conversation, messages } = beginning;
    const [stored] = messages as [Message];
    const releaseSlot = (): void => undefined;
    const idempotency = undefined;
    const answered = { message: stored, isContinuation: false, calledAt: performance.now() };
    return { outcome, ref: REF, turn, conversation, ...answered, idempotency, releaseSlot };
  }

  function run(
    answer: (signal: AbortSignal) => AsyncIterable<TurnOutput>,
    options: Partial<LeaseOptions> = LEASE,
  ): Promise<TurnOutcome | undefined> {
    const orchestrator = { answer: ({ signal }: { signal: AbortSignal }) => answer(signal) };
    const bound = { orchestrator, historyLimit: 50 };
    return new TurnExecution(store, begun, bound, { ...LEASE, ...options }).start();
  }

  async function events(): Promise<readonly TurnEvent[]> {
    const { events: all } = await store.readTurn(OWNER, 'C', {
      turnId: 'T',
      after: 0,
      maxBytes: 1e6,
    });
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, i) => i + 1));
    return all;
  }

  async function said(): Promise<string> {
    const chunks = (await events()).map(({ data }) => JSON.parse(data) as { delta?: string });
    return chunks.map(({ delta = '' }) => delta).join('');
  }

  it('publishes everything once, whichever answers of the store are lost', async () => {
    let calls = 0;
    for (const method of ['advanceTurn', 'endTurn'] as const) {
      const original = store[method].bind(store) as (...args: unknown[]) => Promise<never>;
      store[method] = async (...args: unknown[]): Promise<never> => {
        calls += 1;
        if (calls % 3 === 1) throw unavailable(false);
        const answer = await original(...args);
        if (calls % 3 === 2) throw unavailable(true);
        return answer;
      };
    }
    const outcome = await run(async function* () {
      for (let i = 0; i < 10; i++) {
        yield `${i} `;
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    });
    expect(outcome?.messages.map(({ parts }) => parts)).toEqual([
      [{ type: 'text', text: '0 1 2 3 4 5 6 7 8 9 ', state: 'done' }],
    ]);
    expect(await said()).toBe('0 1 2 3 4 5 6 7 8 9 ');
    expect(calls).toBeGreaterThan(3);
  });

  it('stops, and writes nothing more, when the conversation is another turn’s', async () => {
    let aborted = false;
    const endTurn = jest.spyOn(store, 'endTurn');
    let isWaiting = false;
    store.advanceTurn = async () => {
      if (isWaiting) throw new TurnLostError();
      return { cancelRequested: false, followedMs: 0 };
    };
    const outcome = await run(async function* (signal) {
      yield 'a';
      const isAborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
      isWaiting = true;
      await isAborted;
      aborted = true;
      yield 'b';
    });
    expect([outcome, aborted]).toEqual([undefined, true]);
    expect(endTurn).not.toHaveBeenCalled();
  });

  it('keeps its lease and its chunks, however many other turns run', async () => {
    const advanceTurn = jest.spyOn(store, 'advanceTurn');
    const outcome = await run(
      async function* () {
        for (let i = 0; i < 40; i++) {
          yield 'a';
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      },
      { leaseMs: 600, runningTurns: () => 1_000_000 },
    );
    expect(outcome).toBeDefined();
    expect(await said()).toBe('a'.repeat(40));
    // With one turn they would be 16. An advance in each third of the lease is in time.
    expect(advanceTurn.mock.calls.length).toBeLessThanOrEqual(6);
  });

  it('is lost when the store is away for longer than its lease', async () => {
    store.advanceTurn = async () => {
      throw unavailable(true);
    };
    const outcome = await run(() => forever(), { leaseMs: 300, timeoutMs: 60_000 });
    expect(outcome).toBeUndefined();
  });

  it('fails when there is no room for its answer, and frees the conversation', async () => {
    const outcome = await run(async function* () {
      yield 'a';
      const parts = [{ type: 'text', text: 'x' }];
      await store.append(
        OWNER,
        'C',
        ['1', '2'].map((id) => ({ id, role: 'user', parts })),
      );
    });
    expect(outcome?.turn.status).toBe('failed');
    expect((await events()).at(-1)?.data).toContain('"type":"error"');
  });

  it('stores a checkpoint once when the answer of the store was lost', async () => {
    const putState = store.putState.bind(store);
    let calls = 0;
    store.putState = async (...args) => {
      calls += 1;
      const version = await putState(...args);
      if (calls === 1) throw unavailable(true);
      return version;
    };
    const outcome = await run(async function* () {
      yield { type: 'state', value: { step: 1 } };
      yield { type: 'state', value: { step: 2 } };
    });
    expect(outcome?.turn.status).toBe('completed');
    expect(await store.getState(OWNER, 'C')).toEqual({ value: { step: 2 }, version: 2 });
  });

  it('fails when another writer has changed the working state', async () => {
    const outcome = await run(async function* () {
      await store.putState(OWNER, 'C', 'theirs', 0);
      yield { type: 'state', value: 'ours' };
    });
    expect(outcome?.turn.status).toBe('failed');
    expect((await store.getState(OWNER, 'C')).value).toBe('theirs');
  });

  it('lets the orchestrator clean up', async () => {
    let isClean = false;
    const outcome = await run(
      async function* () {
        try {
          for (;;) {
            await new Promise((resolve) => setTimeout(resolve, 5));
            yield 'a';
          }
        } finally {
          isClean = true;
        }
      },
      { leaseMs: 3_000, timeoutMs: 100 },
    );
    expect([outcome?.turn.status, isClean]).toEqual(['failed', true]);
  });

  it.each([
    ['nothing', undefined],
    ['a list', ['a']],
    ['a promise', Promise.resolve('a')],
  ])('fails when the orchestrator returns %s', async (_, answer) => {
    const outcome = await run(() => answer as unknown as AsyncIterable<TurnOutput>);
    expect(outcome?.turn.status).toBe('failed');
  });
});

async function* forever(): AsyncGenerator<TurnOutput> {
  yield 'a';
  await new Promise(() => undefined);
}

function unavailable(mayHaveBeenApplied: boolean): StoreUnavailableError {
  return new StoreUnavailableError('It is away.', { mayHaveBeenApplied });
}
