import { setImmediate as pause } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Owner } from '../domain/owner.js';
import { TurnNotFoundError } from '../domain/turn.errors.js';
import type { TurnEvent, TurnPage } from '../domain/turn.js';
import { OverloadedError } from '../http/request.errors.js';
import type { ConversationStore } from '../store/conversation-store.js';
import type { TurnQuery } from '../store/turn-store.js';
import type { RunningTurns } from './running-turns.js';
import { TurnFollower, type TurnEvents } from './turn-follower.js';
import { TurnNotifier } from './turn-notifier.js';
import { TurnReaders } from './turn-readers.js';
import { DEFAULT_TURN_OPTIONS, type TurnOptions } from './turns.options.js';

const OWNER: Owner = { tenantId: 't', userId: 'u' };
const STRANGER: Owner = { tenantId: 't', userId: 's' };
const REF = { owner: OWNER, conversationId: 'C', turnId: 'T' };

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
    const { after, limit } = query;
    if (owner !== OWNER || conversationId !== 'C') throw new TurnNotFoundError();
    this.reads += 1;
    await pause();
    if (after === this.events.length) this.grow();
    const hasEnded = this.events.length === this.length;
    const status = hasEnded ? 'completed' : 'running';
    return {
      turn: { id: 'T', conversationId: 'C', status, userSeq: 1 },
      events: this.events.slice(after, after + limit),
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
      has: () => false,
      mustStopWaitingFor: () => false,
    } as unknown as RunningTurns;
    readers = new TurnReaders(
      growing as unknown as ConversationStore,
      new TurnNotifier(),
      running,
      all,
    );
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
