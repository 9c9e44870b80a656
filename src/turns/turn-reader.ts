import { setTimeout as delay } from 'node:timers/promises';
import { TurnsStoppedError } from '../domain/turn.errors.js';
import type { TurnEvent, TurnPage, TurnRef } from '../domain/turn.js';
import type { ConversationStore } from '../store/conversation-store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import type { AutoResetEvent } from './auto-reset-event.js';
import { RecentEvents } from './recent-events.js';
import type { RunningTurns } from './running-turns.js';
import type { TurnOptions } from './turns.options.js';

/** Events of a turn for one of its followers. */
export interface FollowerPage extends TurnPage {
  /** Whether the store had no event behind these. */
  readonly isComplete: boolean;
}

/** Events of a page: what a slow client holds in memory. */
const PAGE = 16;
/** How often a turn of another process is polled. The pause grows while nothing happens. */
const POLL_MS = { first: 100, growth: 1.5, longest: 1_000 } as const;

/**
 * Reads the events of one turn for all its followers in this process. The followers that have all
 * events share one poll. A follower that is behind gets recent events from memory, and older ones from
 * the store: it does not hold up the others.
 */
export class TurnReader {
  private readonly recent = new RecentEvents();
  private readonly reads = new Map<number, Promise<FollowerPage>>();
  private poll: Promise<FollowerPage & { readonly after: number }> | undefined;
  /** The last event that the followers share, and the turn as it was when that event was read. */
  private latest: (Omit<FollowerPage, 'events'> & { readonly seq: number }) | undefined;
  private pause: number = POLL_MS.first;

  /** `changed` is set when something happens in the conversation, if its turn runs in this process. */
  constructor(
    private readonly store: ConversationStore,
    private readonly ref: TurnRef,
    private readonly changed: AutoResetEvent,
    private readonly running: RunningTurns,
    private readonly options: Pick<TurnOptions, 'leaseMs'>,
  ) {}

  /**
   * The events behind `after` that there are now.
   * @throws TurnNotFoundError, StoreUnavailableError
   */
  async read(after: number): Promise<FollowerPage> {
    return this.fromMemory(after) ?? (await this.fromStore(after));
  }

  /**
   * The events behind `after`. When there are none, waits for them, and gives an empty page when none
   * came for a while. Waits for a store that is away, for a lease at most.
   * @throws TurnNotFoundError, StoreUnavailableError, TurnsStoppedError when the process stops
   */
  async next(after: number): Promise<FollowerPage> {
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

  private async catchUp(after: number): Promise<FollowerPage> {
    // What is in memory does not tell a turn that has just ended here from one that runs elsewhere.
    const page = this.mustLeave ? undefined : this.fromMemory(after);
    return page ?? (await this.readPatiently(after));
  }

  private async pollBehind(after: number): Promise<FollowerPage & { after: number }> {
    if (this.latest?.isComplete !== false) {
      const runsHere = this.running.has(this.ref.turnId);
      await this.changed.wait(runsHere ? POLL_MS.longest : this.pause);
    }
    const from = this.latest?.seq ?? after;
    const page = await this.readPatiently(from);
    const { turn, events, isComplete } = page;
    this.pause =
      events.length > 0 ? POLL_MS.first : Math.min(this.pause * POLL_MS.growth, POLL_MS.longest);
    return { turn, events, isComplete, after: from };
  }

  /** When this process stops, its followers wait for the turns that run in it, and for no others. */
  private get mustLeave(): boolean {
    return this.running.mustStopWaitingFor(this.ref.turnId);
  }

  private async readPatiently(after: number): Promise<FollowerPage> {
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

  private fromMemory(after: number): FollowerPage | undefined {
    if (!this.latest) return undefined;
    const { turn, seq, isComplete } = this.latest;
    if (after === seq) return { turn, events: [], isComplete };
    const events = this.recent.behind(after, PAGE);
    return events && { turn, events, isComplete: isComplete && events.at(-1)?.seq === seq };
  }

  /** Followers that are at the same event share a read. */
  private fromStore(after: number): Promise<FollowerPage> {
    const read =
      this.reads.get(after) ?? this.readStore(after).finally(() => this.reads.delete(after));
    this.reads.set(after, read);
    return read;
  }

  private async readStore(after: number): Promise<FollowerPage> {
    const { owner, conversationId, turnId } = this.ref;
    try {
      const query = { turnId, after, limit: PAGE };
      const { turn, events } = await this.store.readTurn(owner, conversationId, query);
      const page = { turn, events, isComplete: events.length < PAGE };
      this.share(after, page);
      return page;
    } catch (error) {
      // Others must not be shown from memory what the store may have no more.
      if (!(error instanceof StoreUnavailableError)) this.forget();
      throw error;
    }
  }

  /** The pages that continue what is shared are shared too. */
  private share(after: number, { turn, events, isComplete }: FollowerPage): void {
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
