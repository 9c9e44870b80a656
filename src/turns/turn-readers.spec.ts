import { setImmediate as pause } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Owner } from '../domain/owner.js';
import type { Message } from '../domain/message.js';
import { TurnLostError, TurnNotFoundError } from '../domain/turn.errors.js';
import type { TurnEvent, TurnPage } from '../domain/turn.js';
import { OverloadedError } from '../http/request.errors.js';
import type { ConversationStore } from '../store/conversation-store.js';
import { MemoryConversationStore } from '../store/memory/memory.store.js';
import { pageOfEvents } from '../store/codecs/event-batch.codec.js';
import type { TurnQuery } from '../store/turn-store.js';
import type { Orchestrator } from './orchestrator.js';
import { RunningTurns } from './running-turns.js';
import { TurnFollower, type TurnEvents } from './turn-follower.js';
import { TurnReaders } from './turn-readers.js';
import { DEFAULT_TURN_OPTIONS, type TurnOptions } from './turns.options.js';

const OWNER: Owner = { tenantId: 't', userId: 'u' };
const STRANGER: Owner = { tenantId: 't', userId: 's' };
const REF = { owner: OWNER, conversationId: 'C', turnId: 'T' };

const READ_BYTES = { after: 0, maxBytes: 1_000_000 };

/** A turn of another process. Whenever all its events are read, some more have come. */
class GrowingTurn {
  reads = 0;
  private readonly events: TurnEvent[] = [];

  constructor(
    private readonly length: number,
    private readonly step: number,
    private readonly text = 'x',
  ) {
    this.grow();
  }

  async readTurn(owner: Owner, conversationId: string, query: TurnQuery): Promise<TurnPage> {
    const { after, maxBytes } = query;
    if (owner !== OWNER || conversationId !== 'C') throw new TurnNotFoundError();
    this.reads += 1;
    await pause();
    if (after === this.events.length) this.grow();
    const hasEnded = this.events.length === this.length;
    const status = hasEnded ? 'completed' : 'running';
    return {
      turn: { id: 'T', conversationId: 'C', status, userSeq: 1 },
      ...pageOfEvents(this.events.slice(after), { after, maxBytes }),
    };
  }

  private grow(): void {
    for (let i = 0; i < this.step && this.events.length < this.length; i++) {
      const seq = this.events.length + 1;
      const type = seq === this.length ? 'finish' : 'text-delta';
      this.events.push({ seq, data: JSON.stringify({ type, text: this.text }) });
    }
  }
}

describe('the followers of one turn', () => {
  let turn: GrowingTurn;
  let readers: TurnReaders;
  let follower: TurnFollower;

  beforeEach(() => open(new GrowingTurn(12, 2)));

  function open(growing: GrowingTurn, options: Partial<TurnOptions> = {}): void {
    turn = growing;
    const all = { ...DEFAULT_TURN_OPTIONS, ...options };
    const running = {
      live: () => undefined,
      mustStopWaitingFor: () => false,
      stopSignal: new AbortController().signal,
    } as unknown as RunningTurns;
    readers = new TurnReaders(growing as unknown as ConversationStore, running, all);
    follower = new TurnFollower(growing as unknown as ConversationStore, readers, all);
  }

  async function seqs(events: TurnEvents, pauses = 0): Promise<(number | undefined)[]> {
    const seen: (number | undefined)[] = [];
    for await (const batch of events) {
      seen.push(...batch.map(({ seq }) => seq));
      for (let i = 0; i < pauses; i++) await pause();
    }
    return seen;
  }

  function from(after: number, to: number): number[] {
    return Array.from({ length: to - after }, (_, i) => after + 1 + i);
  }

  it('cost the store what one costs', async () => {
    await seqs(await follower.open(REF));
    const readsOfOne = turn.reads;
    open(new GrowingTurn(12, 2));
    const all = Array.from({ length: 600 }, async () => seqs(await follower.open(REF)));
    for (const seen of await Promise.all(all)) expect(seen).toEqual(from(0, 12));
    expect(turn.reads).toBe(readsOfOne);
    expect([follower.count, readers.count]).toEqual([0, 0]);
  });

  it('see every event once and in order, wherever they begin and however slow they are', async () => {
    open(new GrowingTurn(300, 40));
    const leading = seqs(await follower.open(REF));
    const all = Array.from({ length: 60 }, async (_, i) => {
      for (let waits = 0; waits < i; waits++) await pause();
      const after = (i * 7) % 40;
      const seen = await seqs(await follower.open(REF, after), (i % 5) * 3);
      expect([after, seen]).toEqual([after, from(after, 300)]);
    });
    await Promise.all(all);
    expect(await leading).toEqual(from(0, 300));
  });

  it('do not wait for a slow one, for which little is held in memory', async () => {
    open(new GrowingTurn(400, 400, 'x'.repeat(1_000)));
    const slow = (await follower.open(REF))[Symbol.asyncIterator]();
    const first = await slow.next();
    const others = [0, 0, 100].map(async (after) => seqs(await follower.open(REF, after)));
    expect((await Promise.all(others)).map(({ length }) => length)).toEqual([400, 400, 300]);
    const { reader } = [...readers['readers'].values()][0] as { reader: unknown };
    const { recent } = reader as { recent: { events: TurnEvent[] } };
    expect(recent.events.length).toBeLessThan(40);
    const seen = first.done === true ? [] : first.value.map(({ seq }) => seq);
    for (let next = await slow.next(); next.done !== true; next = await slow.next()) {
      seen.push(...next.value.map(({ seq }) => seq));
    }
    expect(seen).toEqual(from(0, 400));
    expect(readers.count).toBe(0);
  });

  it('are not misled by one that names an event that there is not', async () => {
    const mistaken = seqs(await follower.open(REF, 999_999_999));
    expect(await seqs(await follower.open(REF))).toEqual(from(0, 12));
    expect(await mistaken).toEqual([]);
    expect(turn.reads).toBeLessThan(20);
  });

  it('do not show a stranger what is in memory', async () => {
    const own = await follower.open(REF);
    await expect(follower.open({ ...REF, owner: STRANGER })).rejects.toThrow(TurnNotFoundError);
    own.close();
    expect([follower.count, readers.count]).toEqual([0, 0]);
  });

  it('have a bound, which one that never reads does not hold for ever', async () => {
    open(new GrowingTurn(12, 2), { maxStreams: 2, ownerShare: 1 });
    const unread = await follower.open(REF);
    await follower.open(REF);
    const { reads } = turn;
    await expect(follower.open(REF)).rejects.toThrow(new OverloadedError('streams'));
    expect(turn.reads).toBe(reads);
    unread.close();
    unread.close();
    expect(follower.count).toBe(1);
    expect(await seqs(await follower.open(REF))).toHaveLength(12);
  });

  it('wait for the end of a turn with the same reads', async () => {
    const waiting = Array.from({ length: 50 }, () => follower.waitForEnd(REF, () => false));
    const leaving = follower.waitForEnd(REF, () => true);
    expect(await leaving).toBe(false);
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => true));
    expect(turn.reads).toBeLessThan(20);
    expect(follower.count).toBe(0);
  });
});

describe('the followers of a turn that runs here', () => {
  let store: MemoryConversationStore;
  let running: RunningTurns;
  let readers: TurnReaders;
  let follower: TurnFollower;
  let queries: TurnQuery[];

  beforeEach(async () => {
    store = new MemoryConversationStore({
      maxBytes: 50_000_000,
      ttlMs: 86_400_000,
      maxMessagesPerConversation: 9,
      maxConversationsPerUser: 10,
      pageBytes: 1024 * 1024,
    });
    await store.create(OWNER, { id: 'C', metadata: {}, messages: [] });
    queries = [];
    const readTurn = store.readTurn.bind(store);
    store.readTurn = (owner, id, query) => {
      queries.push(query);
      return readTurn(owner, id, query);
    };
  });

  async function begin(
    answer: Orchestrator['answer'],
    options: Partial<TurnOptions> = {},
  ): Promise<{ readonly ended: Promise<unknown> }> {
    const all = { ...DEFAULT_TURN_OPTIONS, ...options };
    running = new RunningTurns(store, all, { orchestrator: { answer } });
    readers = new TurnReaders(store, running, all);
    follower = new TurnFollower(store, readers, all);
    const message = { id: 'M', role: 'user', parts: [{ type: 'text', text: 'hi' }] } as const;
    const newTurn = {
      id: 'T',
      input: { message },
      onConflict: 'reject',
      leaseMs: all.leaseMs,
    } as const;
    const beginning = await store.beginTurn(OWNER, 'C', newTurn);
    if (beginning.outcome !== 'begun') throw new Error(beginning.outcome);
    const { turn, conversation, messages } = beginning;
    const [stored] = messages as [Message];
    const answered = { message: stored, isContinuation: false, calledAt: performance.now() };
    const begun = { ref: REF, turn, conversation, ...answered, idempotency: undefined };
    const releaseSlot = (): void => undefined;
    return { ended: running.start({ outcome: 'begun', ...begun, releaseSlot }) };
  }

  async function seqs(events: TurnEvents, pauses = 0): Promise<string[]> {
    const seen: string[] = [];
    for await (const batch of events) {
      seen.push(...batch.map(({ seq, data }) => `${seq ?? '-'} ${data}`));
      for (let i = 0; i < pauses; i++) await pause();
    }
    return seen;
  }

  async function stored(): Promise<string[]> {
    const { events } = await store.readTurn(OWNER, 'C', READ_BYTES);
    return events.map(({ seq, data }) => `${seq} ${data}`);
  }

  it('see every event once and in order, wherever they begin and however slow they are', async () => {
    const { ended } = await begin(async function* () {
      for (let i = 0; i < 400; i++) {
        yield i % 5 === 0 ? 'x'.repeat(2_000) : `${i} `;
        if (i % 7 === 0) await pause();
      }
    });
    const all = Array.from({ length: 40 }, async (_, i) => {
      for (let waits = 0; waits < i; waits++) await pause();
      const after = (i * 7) % 40;
      return [after, await seqs(await follower.open(REF, after), (i % 5) * 40)] as const;
    });
    await ended;
    const whole = await stored();
    expect(whole).toHaveLength(404);
    for (const [after, seen] of await Promise.all(all)) expect(seen).toEqual(whole.slice(after));
    // The slow ones read what memory holds no more, and nobody tells the turn that it is followed elsewhere.
    expect(queries.length).toBeGreaterThan(1);
    expect(queries.filter(({ followMs }) => followMs !== undefined)).toEqual([]);
    expect(readers.count).toBe(0);
  });

  it('cost the store nothing as long as they keep up', async () => {
    const { ended } = await begin(async function* () {
      for (let i = 0; i < 300; i++) {
        yield `${i} `;
        await pause();
      }
    });
    const all = Array.from({ length: 20 }, async () => seqs(await follower.open(REF)));
    await ended;
    expect(queries).toEqual([]);
    const whole = await stored();
    for (const seen of await Promise.all(all)) expect(seen).toEqual(whole);
  });

  it('learn that the turn was lost, and get nothing that it says after that', async () => {
    let isLost = false;
    store.advanceTurn = async () => {
      if (isLost) throw new TurnLostError();
      return { cancelRequested: false, followedMs: 0 };
    };
    const { ended } = await begin(
      async function* () {
        yield 'before';
        await pause();
        isLost = true;
        while (running.live(REF)?.isOpen === true) await new Promise((go) => setTimeout(go, 10));
        yield 'after';
      },
      { leaseMs: 300 },
    );
    const seen = await seqs(await follower.open(REF));
    await ended;
    expect(seen.map((event) => event.replace(/^(\d|-) {"type":"([^"]*)".*/, '$1 $2'))).toEqual([
      '1 start',
      '2 text-start',
      '3 text-delta',
      '- error',
    ]);
    expect(seen[2]).toContain('before');
  });

  it('end with an error when the store has lost what they are behind by', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const { ended } = await begin(async function* () {
      for (let i = 0; i < 60; i++) yield 'x'.repeat(2_000);
      await gate;
    });
    const readTurn = store.readTurn.bind(store);
    store.readTurn = async (...args) => ({ ...(await readTurn(...args)), events: [] });
    const slow = (await follower.open(REF))[Symbol.asyncIterator]();
    await slow.next();
    while (running.live(REF)?.behind(20)) await new Promise((resolve) => setTimeout(resolve, 10));
    const rest: string[] = [];
    for (let next = await slow.next(); next.done !== true; next = await slow.next()) {
      rest.push(...next.value.map(({ seq, data }) => `${seq ?? '-'} ${data}`));
    }
    expect(rest.at(-1)).toContain('/problems/turn-not-found');
    expect(rest.at(-1)).toMatch(/^- /);
    go();
    await ended;
  });

  it('are no strangers', async () => {
    const { ended } = await begin(async function* () {
      yield 'x';
    });
    expect(running.live(REF)).toBeDefined();
    expect(running.live({ ...REF, owner: STRANGER })).toBeUndefined();
    expect(running.live({ ...REF, conversationId: 'D' })).toBeUndefined();
    await expect(follower.open({ ...REF, owner: STRANGER })).rejects.toThrow(TurnNotFoundError);
    await ended;
  });
});
