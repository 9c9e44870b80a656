import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../domain/new-id.js';
import type { Owner } from '../domain/owner.js';
import type { NewTurn, TurnBeginning, TurnPolicy, TurnRef } from '../domain/turn.js';
import { TurnConflictError } from '../domain/turn.errors.js';
import { OverloadedError } from '../http/request.errors.js';
import { MemoryConversationStore } from '../store/memory/memory.store.js';
import type { BegunTurn, ReplayedTurn } from './begun-turn.js';
import { RunningTurns } from './running-turns.js';
import { TurnQueue } from './turn-queue.js';
import { DEFAULT_TURN_OPTIONS, type TurnOptions } from './turns.options.js';

const ALICE: Owner = { tenantId: 't', userId: 'alice' };
const BOB: Owner = { tenantId: 't', userId: 'bob' };
/** More than two rounds of polls. */
const ROUNDS_MS = 500;

/** A store in memory that counts the calls of a turn. */
class CountingStore extends MemoryConversationStore {
  readonly calls = new Map<string, number>();
  readonly cancelled: string[] = [];

  constructor() {
    super({
      maxBytes: 2 ** 24,
      pageBytes: 1_000_000,
      ttlMs: 600_000,
      maxMessagesPerConversation: 1_000,
      maxConversationsPerUser: 1_000,
    });
  }

  get total(): number {
    return [...this.calls.values()].reduce((sum, count) => sum + count, 0);
  }

  override async beginTurn(...args: [Owner, string, NewTurn]): Promise<TurnBeginning> {
    const [, , { id }] = args;
    this.calls.set(id, (this.calls.get(id) ?? 0) + 1);
    return super.beginTurn(...args);
  }

  override async cancelTurn(turn: TurnRef): Promise<void> {
    this.cancelled.push(turn.turnId);
    return super.cancelTurn(turn);
  }
}

describe('the queue of turns', () => {
  let store: CountingStore;
  let running: RunningTurns;
  let queue: TurnQueue;
  let hasLeft: boolean;
  let pending: Promise<unknown>[];

  beforeEach(async () => {
    store = new CountingStore();
    await store.create(ALICE, { id: 'C', metadata: {}, messages: [] });
    open();
  });
  afterEach(async () => {
    hasLeft = true;
    await Promise.all(pending);
    expect([queue.count, queue['waiting']['timer']]).toEqual([0, undefined]);
  });

  function open(options: Partial<TurnOptions> = {}): void {
    // A lease in which no turn of these tests has to be renewed.
    const all = { ...DEFAULT_TURN_OPTIONS, leaseMs: 300_000, ...options };
    hasLeft = false;
    pending = [];
    running = new RunningTurns(store, all);
    queue = new TurnQueue(store, running, all);
  }

  function begin(
    onConflict: TurnPolicy,
    { owner = ALICE, conversationId = 'C', key }: Where = {},
  ): { id: string; begun: Promise<BegunTurn | ReplayedTurn> } {
    const id = newId();
    const message = { id: newId(), role: 'user', parts: [{ type: 'text', text: 'x' }] } as const;
    const idempotency = key === undefined ? undefined : { key, requestHash: 'a'.repeat(22) };
    const ref = { owner, conversationId, turnId: id };
    const begun = queue.begin(ref, { input: { message }, onConflict, idempotency }, () => hasLeft);
    pending.push(begun.catch(() => undefined));
    return { id, begun };
  }

  interface Where {
    owner?: Owner;
    conversationId?: string;
    key?: string;
  }

  async function end({ ref, releaseSlot }: BegunTurn): Promise<void> {
    await store.endTurn(ref, { end: 'completed', replies: [], events: [] });
    releaseSlot();
  }

  async function running1(): Promise<BegunTurn> {
    return (await begin('reject').begun) as BegunTurn;
  }

  it('polls for the first turn of a conversation alone', async () => {
    await running1();
    const waiting = Array.from({ length: 50 }, () => begin('enqueue'));
    await delay(ROUNDS_MS);
    const [first, ...others] = waiting.map(({ id }) => store.calls.get(id) ?? 0);
    expect(first).toBeGreaterThan(1);
    expect(others).toEqual(others.map(() => 1));
  });

  it('begins turns in the order of the store, those that interrupt first', async () => {
    let turn = await running1();
    const began: string[] = [];
    const policies = ['enqueue', 'interrupt', 'enqueue', 'interrupt'] as const;
    const waiting = policies.map((policy) => begin(policy));
    for (const { id, begun } of waiting) void begun.then(() => began.push(id));
    for (let count = 1; count <= waiting.length; count++) {
      await end(turn);
      turn = (await Promise.race(
        waiting.filter(({ id }) => !began.includes(id)).map(({ begun }) => begun),
      )) as BegunTurn;
      await delay(0);
    }
    expect(began).toEqual([1, 3, 0, 2].map((index) => waiting[index]?.id));
  });

  it('renews the turns behind the first one within their lease', async () => {
    open({ leaseMs: 1_000 });
    const ref = (await running1()).ref;
    const waiting = [begin('enqueue'), begin('enqueue')];
    for (let round = 0; round < 8; round++) {
      await delay(200);
      await store.advanceTurn(ref, { leaseMs: 1_000, events: [] });
    }
    // A turn that is not in the queue any more has gone from it in the store.
    for (const { id } of waiting) await store.cancelTurn({ ...ref, turnId: id });
  });

  it('takes turns out of the store when their clients leave, and then calls no more', async () => {
    await running1();
    const waiting = Array.from({ length: 50 }, (_, i) =>
      begin('enqueue', i % 2 === 0 ? {} : { key: `k${i}` }),
    );
    await delay(ROUNDS_MS);
    hasLeft = true;
    for (const { begun } of waiting) await expect(begun).rejects.toThrow(TurnConflictError);
    const { total } = store;
    await delay(ROUNDS_MS);
    expect(store.total).toBe(total);
    expect(store.cancelled.sort()).toEqual(waiting.map(({ id }) => id).sort());
    expect(queue.count).toBe(0);
    // The client comes again under its key.
    hasLeft = false;
    const again = begin('enqueue', { key: 'k1' });
    await delay(0);
    expect(store.calls.get(again.id)).toBe(1);
  });

  it('refuses a turn beyond its bounds before the store is called', async () => {
    open({ maxRunning: 2, maxQueued: 1, ownerShare: 1 });
    for (const id of ['D', 'E']) await store.create(ALICE, { id, metadata: {}, messages: [] });
    await running1();
    begin('enqueue');
    await delay(0);
    const queued = begin('enqueue');
    await expect(queued.begun).rejects.toThrow(new OverloadedError('queued-turns'));
    const second = (await begin('reject', { conversationId: 'D' }).begun) as BegunTurn;
    const third = begin('reject', { conversationId: 'E' });
    await expect(third.begun).rejects.toThrow(new OverloadedError('running-turns'));
    expect([store.calls.has(queued.id), store.calls.has(third.id)]).toEqual([false, false]);
    await end(second);
    await begin('reject', { conversationId: 'E' }).begun;
  });

  it('leaves a slot to another owner who asks', async () => {
    open({ maxRunning: 4, ownerShare: 0.25 });
    await store.create(BOB, { id: 'B', metadata: {}, messages: [] });
    const ids = ['D', 'E', 'F', 'G'];
    for (const id of ids) await store.create(ALICE, { id, metadata: {}, messages: [] });
    const alices = ids.map((conversationId) => begin('reject', { conversationId }).begun);
    const [first] = (await Promise.all(alices)) as [BegunTurn];
    const bobs = (): Promise<unknown> => begin('reject', { owner: BOB, conversationId: 'B' }).begun;
    await expect(bobs()).rejects.toThrow(OverloadedError);
    await end(first);
    await expect(begin('reject').begun).rejects.toThrow(OverloadedError);
    await bobs();
  });

  it('counts no turn that it replays', async () => {
    open({ maxRunning: 1 });
    const turn = (await begin('reject', { key: 'k' }).begun) as BegunTurn;
    await end(turn);
    const { outcome } = await begin('enqueue', { key: 'k' }).begun;
    expect([outcome, running.slots.count, queue.count]).toEqual(['replayed', 0, 0]);
  });
});
