import { setTimeout as delay } from 'node:timers/promises';
import { TurnNotFoundError, TurnsStoppedError } from '../domain/turn.errors.js';
import type { TurnEvent, TurnPage, TurnRef } from '../domain/turn.js';
import type { ConversationStore } from '../store/conversation-store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import type { LiveTurn } from './live-turn.js';
import { PAGE_BYTES, RecentEvents } from './recent-events.js';
import type { RunningTurns } from './running-turns.js';
import type { TurnOptions } from './turns.options.js';

/** How often a turn of another process is polled. The pause grows while nothing happens. */
const POLL_MS = { first: 100, growth: 1.5, longest: 1_000 } as const;

/** Milliseconds for which a poll tells the process that runs the turn that it is followed from here. */
const FOLLOW_MS = 6_000;

/**
 * Reads the events of one turn for all its followers in this process. Those of a turn that runs here come
 * from that turn, and the store has only what a slow follower is behind by. A turn of another process is
 * polled: the followers that have all events share one poll. A follower that is behind gets recent events
 * from memory, and older ones from the store: it does not hold up the others.
 */
export class TurnReader {
  private readonly recent = new RecentEvents();
  private readonly reads = new Map<number, Promise<TurnPage>>();
  private poll: Promise<TurnPage & { readonly after: number }> | undefined;
  /** The last event that the followers share, and the turn as it was when that event was read. */
  private latest: (Omit<TurnPage, 'events'> & { readonly seq: number }) | undefined;
  private pause: number = POLL_MS.first;
  private live: LiveTurn | undefined;

  constructor(
    private readonly store: ConversationStore,
    private readonly ref: TurnRef,
    private readonly running: RunningTurns,
    private readonly options: Pick<TurnOptions, 'leaseMs'>,
  ) {}

  /**
   * The events behind `after` that there are now.
   * @throws TurnNotFoundError, StoreUnavailableError
   */
  async read(after: number): Promise<TurnPage> {
    const live = this.findLive();
    const page = live ? live.behind(after) : this.fromMemory(after);
    return page ?? (await this.fromStore(after));
  }

  /**
   * The events behind `after`. When there are none, waits for them, and gives an empty page when none
   * came for a while. Waits for a store that is away, for a lease at most.
   * @throws TurnNotFoundError, StoreUnavailableError, TurnsStoppedError when the process stops
   */
  async next(after: number): Promise<TurnPage> {
    for (let live = this.findLive(); live; live = this.findLive()) {
      const page = live.behind(after);
      if (page && (page.events.length > 0 || page.turn.status !== 'running')) return page;
      if (!page && live.isShown) return this.olderEvents(after);
      const hasChanged = await live.changed();
      if (!hasChanged) return { turn: live.turn, events: [], isComplete: true };
    }
    return this.nextInStore(after);
  }

  /** The turn, if it runs here, or has ended here while this reader followed it. */
  private findLive(): LiveTurn | undefined {
    this.live ??= this.running.live(this.ref);
    return this.live?.isOpen === true ? this.live : undefined;
  }

  /**
   * What a follower is behind by, which this process holds no more: the store has confirmed it.
   * @throws TurnNotFoundError when the store has lost it: a follower must not take the rest for the whole
   */
  private async olderEvents(after: number): Promise<TurnPage> {
    const page = await this.readPatiently(after);
    if (page.events.length === 0) throw new TurnNotFoundError();
    return page;
  }

  private async nextInStore(after: number): Promise<TurnPage> {
    if (this.latest && after < this.latest.seq) {
      const page = await this.catchUp(after);
      if (page.events.length > 0 || page.turn.status !== 'running') return page;
    }
    // A client has named an event that there is not.
    if (!this.latest) await this.readPatiently(0);
    this.poll ??= this.pollBehind(after).finally(() => (this.poll = undefined));
    const polled = await this.poll;
    if (polled.after === after) return polled;
    if (this.latest && after < this.latest.seq) return this.catchUp(after);
    return { turn: polled.turn, events: [], isComplete: polled.isComplete };
  }

  private async catchUp(after: number): Promise<TurnPage> {
    // What is in memory does not tell a turn that has just ended here from one that runs elsewhere.
    const page = this.mustLeave ? undefined : this.fromMemory(after);
    return page ?? (await this.readPatiently(after));
  }

  private async pollBehind(after: number): Promise<TurnPage & { after: number }> {
    if (this.latest?.isComplete !== false) await this.waitToPoll();
    const from = this.latest?.seq ?? after;
    const page = await this.readPatiently(from);
    const { turn, events, isComplete } = page;
    this.pause =
      events.length > 0 ? POLL_MS.first : Math.min(this.pause * POLL_MS.growth, POLL_MS.longest);
    return { turn, events, isComplete, after: from };
  }

  /** Ends early when the process stops. */
  private async waitToPoll(): Promise<void> {
    const { isStopping, stopSignal } = this.running;
    const signal = isStopping ? undefined : stopSignal;
    await delay(this.pause, undefined, signal && { signal }).catch(() => undefined);
  }

  /** When this process stops, its followers wait for the turns that run in it, and for no others. */
  private get mustLeave(): boolean {
    return this.running.mustStopWaitingFor(this.ref.turnId);
  }

  private async readPatiently(after: number): Promise<TurnPage> {
    // Checked before the read. After it, a turn of this process that has just ended would be taken for
    // a turn that runs in another process.
    const { mustLeave } = this;
    const deadline = performance.now() + this.options.leaseMs;
    for (;;) {
      try {
        // A read that is on its way may have begun before the end of the turn.
        const page = await (mustLeave ? this.readStore(after) : this.fromStore(after));
        if (mustLeave && page.turn.status === 'running') throw new TurnsStoppedError();
        return page;
      } catch (error) {
        const isAway = error instanceof StoreUnavailableError;
        if (!isAway || mustLeave || performance.now() > deadline) throw error;
        await delay(POLL_MS.longest);
      }
    }
  }

  private fromMemory(after: number): TurnPage | undefined {
    if (!this.latest) return undefined;
    const { turn, seq, isComplete } = this.latest;
    if (after === seq) return { turn, events: [], isComplete };
    const events = this.recent.behind(after);
    return events && { turn, events, isComplete: isComplete && events.at(-1)?.seq === seq };
  }

  /** Followers that are at the same event share a read. */
  private fromStore(after: number): Promise<TurnPage> {
    const read =
      this.reads.get(after) ?? this.readStore(after).finally(() => this.reads.delete(after));
    this.reads.set(after, read);
    return read;
  }

  private async readStore(after: number): Promise<TurnPage> {
    const { owner, conversationId, turnId } = this.ref;
    try {
      // A reader beside the turn does not make it send smaller batches.
      const follows = this.findLive() ? {} : { followMs: FOLLOW_MS };
      const query = { turnId, after, maxBytes: PAGE_BYTES, ...follows };
      const page = await this.store.readTurn(owner, conversationId, query);
      this.share(after, page);
      return page;
    } catch (error) {
      // Others must not be shown from memory what the store may have no more.
      if (!(error instanceof StoreUnavailableError)) this.forget();
      throw error;
    }
  }

  /** The pages that continue what is shared are shared too. */
  private share(after: number, { turn, events, isComplete }: TurnPage): void {
    const last: TurnEvent | undefined = events.at(-1);
    // Nothing behind an event that a client has named says nothing about the turn.
    const begins = !this.latest && (last !== undefined || after === 0);
    if (!begins && after !== this.latest?.seq) return;
    this.recent.add(events);
    this.latest = { turn, isComplete, seq: last?.seq ?? after };
  }

  private forget(): void {
    this.recent.clear();
    this.latest = undefined;
  }
}
