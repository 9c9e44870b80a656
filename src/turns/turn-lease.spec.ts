import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Owner } from '../domain/owner.js';
import type { NewTurn, Turn, TurnRef } from '../domain/turn.js';
import { MemoryConversationStore } from '../store/memory/memory.store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import type { TurnRenewal } from '../store/turn-store.js';
import { DELIVERIES_PER_SECOND, DeliveryPace } from './delivery-pace.js';
import { ABORT, FINISH, type Chunk } from './chunk.js';
import { TurnLease, type LeaseOptions } from './turn-lease.js';

const OWNER: Owner = { tenantId: 't', userId: 'u' };
const REF: TurnRef = { owner: OWNER, conversationId: 'C', turnId: 'T' };
const OPTIONS = {
  leaseMs: 3_000,
  timeoutMs: 10_000,
  runningTurns: () => 1,
  deliveryPace: new DeliveryPace(DELIVERIES_PER_SECOND.ofProcess),
};
const COMPLETED = { end: 'completed', replies: [] } as const;

describe('the lease of a turn that runs here', () => {
  let store: MemoryConversationStore;
  let turn: Turn;
  let lease: TurnLease;
  let lost: unknown[];
  let now: number;

  beforeEach(async () => {
    store = new MemoryConversationStore({
      maxBytes: 50_000_000,
      ttlMs: 86_400_000,
      maxMessagesPerConversation: 9,
      maxConversationsPerUser: 10,
      pageBytes: 1024 * 1024,
    });
    await store.create(OWNER, { id: 'C', metadata: {}, messages: [] });
    const message = { id: 'M', role: 'user', parts: [{ type: 'text', text: 'hi' }] } as const;
    const newTurn: NewTurn = { id: 'T', input: { message }, onConflict: 'reject', leaseMs: 60_000 };
    const beginning = await store.beginTurn(OWNER, 'C', newTurn);
    if (beginning.outcome !== 'begun') throw new Error(beginning.outcome);
    ({ turn } = beginning);
    now = performance.now();
    lost = [];
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.restoreAllMocks();
    // Some of these tests leave a call of the store unanswered, which it would wait for.
    void lease.stop();
  });

  function start(options: Partial<LeaseOptions> = {}): void {
    lease = new TurnLease(
      store,
      REF,
      turn,
      { ...OPTIONS, ...options },
      {
        cancelRequested: () => undefined,
        lost: (error) => lost.push(error),
      },
    );
    lease.start(performance.now());
  }

  /** What a follower here is shown of all events. */
  function shown(): string[] | undefined {
    return lease.live.behind(0)?.events.map(({ data }) => (JSON.parse(data) as Chunk).type);
  }

  async function stored(): Promise<number> {
    return (await store.readTurn(OWNER, 'C', { after: 0, maxBytes: 1e6 })).events.length;
  }

  it('shows events before the store has them', async () => {
    store.advanceTurn = () => new Promise(() => undefined);
    start();
    const changed = lease.live.changed();
    lease.publish([{ type: 'a' }]);
    expect(await changed).toBe(true);
    expect([shown(), await stored()]).toEqual([['a'], 0]);
  });

  it('shows nothing once it may have run out, and all of it when it was renewed', async () => {
    let renew: ((renewal: TurnRenewal) => void) | undefined;
    store.advanceTurn = () => new Promise((resolve) => (renew = resolve));
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    start({ leaseMs: 300 });
    lease.publish([{ type: 'a' }]);
    now += 299;
    expect([lease.live.isShown, shown()]).toEqual([true, ['a']]);
    now += 1;
    lease.publish([{ type: 'b' }]);
    expect([lease.live.isShown, shown(), lease.live.isOpen]).toEqual([false, undefined, true]);
    while (!renew) await delay(10);
    const changed = lease.live.changed();
    renew({ cancelRequested: false, followedMs: 0 });
    expect(await changed).toBe(true);
    expect(shown()).toEqual(['a', 'b']);
  });

  it('shows nothing of a turn whose process was stopped while it began', () => {
    lease = new TurnLease(store, REF, turn, OPTIONS, {
      cancelRequested: () => undefined,
      lost: (error) => lost.push(error),
    });
    lease.start(performance.now() - OPTIONS.leaseMs);
    lease.publish([{ type: 'a' }]);
    expect([lease.live.isOpen, lease.live.isShown, shown()]).toEqual([true, false, undefined]);
  });

  it('that was lost shows nothing more', async () => {
    store.advanceTurn = async () => {
      throw new StoreUnavailableError('It is away.', { mayHaveBeenApplied: true });
    };
    start({ leaseMs: 90 });
    lease.publish([{ type: 'a' }]);
    while (lost.length === 0) await delay(10);
    lease.publish([{ type: 'b' }]);
    expect([lease.live.isOpen, shown()]).toEqual([false, undefined]);
  });

  it('shows the end of the turn when the store has it, and not before', async () => {
    const endTurn = store.endTurn.bind(store);
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    store.endTurn = async (...args) => {
      await released;
      return endTurn(...args);
    };
    start();
    lease.publish([{ type: 'a' }]);
    const ended = lease.end([FINISH], COMPLETED);
    await delay(20);
    expect([shown(), lease.live.turn.status]).toEqual([['a'], 'running']);
    release();
    await ended;
    expect([shown(), lease.live.turn.status, await stored()]).toEqual([
      ['a', 'finish'],
      'completed',
      2,
    ]);
    lease.live.leave();
    expect(shown()).toEqual(['a', 'finish']);
  });

  it('shows nothing of an end that the store has refused', async () => {
    const endTurn = jest.spyOn(store, 'endTurn').mockRejectedValueOnce(new Error('refused'));
    start();
    lease.publish([{ type: 'a' }]);
    await expect(lease.end([FINISH], COMPLETED)).rejects.toThrow('refused');
    expect(shown()).toEqual(['a']);
    await lease.end([ABORT], { end: 'cancelled', replies: [] });
    expect([shown(), endTurn.mock.calls.length]).toEqual([['a', 'abort'], 2]);
  });

  it('leaves the end to the store when another end is stored than the last one', async () => {
    const endTurn = store.endTurn.bind(store);
    start();
    lease.publish([{ type: 'a' }]);
    jest.spyOn(store, 'endTurn').mockImplementationOnce(async (...args) => {
      await endTurn(...args);
      throw new Error('the answer was lost');
    });
    await expect(lease.end([FINISH], COMPLETED)).rejects.toThrow('lost');
    await lease.end([{ type: 'error' }], { end: 'failed', replies: [] });
    expect(shown()).toEqual(['a']);
    lease.live.leave();
    expect(shown()).toBeUndefined();
    const { events } = await store.readTurn(OWNER, 'C', { after: 1, maxBytes: 1e6 });
    expect(events).toEqual([{ seq: 2, data: JSON.stringify(FINISH) }]);
  });

  it('sends small batches while the turn is followed elsewhere, and large ones otherwise', async () => {
    const advanceTurn = jest.spyOn(store, 'advanceTurn');
    const publishFor = async (ms: number): Promise<number> => {
      const before = advanceTurn.mock.calls.length;
      const end = performance.now() + ms;
      while (performance.now() < end) {
        lease.publish([{ type: 'a' }]);
        await delay(5);
      }
      return advanceTurn.mock.calls.length - before;
    };
    start();
    expect(await publishFor(800)).toBeLessThanOrEqual(2);
    await store.readTurn(OWNER, 'C', { after: 0, maxBytes: 1, followMs: 1_200 });
    // It learns that when it sends the next batch.
    const followed = await publishFor(1_000);
    expect(followed).toBeGreaterThanOrEqual(6);
    expect(followed).toBeLessThanOrEqual(21);
    await publishFor(800);
    expect(await publishFor(800)).toBeLessThanOrEqual(2);
  });

  it('sends much text before its time, in batches of some KB, and lets the turn wait', async () => {
    const advanceTurn = jest.spyOn(store, 'advanceTurn');
    start();
    const { signal } = new AbortController();
    for (let i = 0; i < 1_000; i++) {
      lease.publish([{ type: 'a', text: 'x'.repeat(1_000) }]);
      if (lease.isFull) await lease.waitForRoom(signal);
    }
    expect(await stored()).toBeGreaterThan(700);
    await lease.end([FINISH], COMPLETED);
    expect(advanceTurn.mock.calls.length).toBeGreaterThan(10);
    for (const [, { events }] of advanceTurn.mock.calls) expect(events.length).toBeLessThan(70);
    const { events } = await store.readTurn(OWNER, 'C', { after: 0, maxBytes: 1e7 });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events).toHaveLength(1_001);
  });

  it('does not let a turn that was stopped wait for the store', async () => {
    store.advanceTurn = () => new Promise(() => undefined);
    start();
    while (!lease.isFull) lease.publish([{ type: 'a', text: 'x'.repeat(10_000) }]);
    const abort = new AbortController();
    const waiting = lease.waitForRoom(abort.signal);
    abort.abort();
    await waiting;
    expect(lease.isFull).toBe(true);
  });
});
