import { Inject, Injectable } from '@nestjs/common';
import type { Owner } from '../domain/owner.js';
import { TurnLostError, TurnNotFoundError, TurnsStoppedError } from '../domain/turn.errors.js';
import type { TurnPage, TurnRef } from '../domain/turn.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import type { AutoResetEvent } from './auto-reset-event.js';
import { errorChunk, isLast } from './chunk.js';
import { RunningTurns } from './running-turns.js';
import { TurnNotifier } from './turn-notifier.js';
import { TURN_OPTIONS } from './turns.module-definition.js';
import type { TurnOptions } from './turns.options.js';

/** A chunk as JSON. An event about the stream itself has no `seq`. */
export interface FollowedEvent {
  readonly seq?: number;
  readonly data: string;
}

/** The events of a turn in batches. A batch is read when the consumer wants it. */
export type TurnEvents = AsyncIterable<readonly FollowedEvent[]>;

/** A stream of a turn that one client reads. */
interface Following {
  readonly ref: TurnRef;
  /** The client has the events up to this one. */
  readonly after: number;
  /** Set when something happens in the conversation, if its turn runs in this process. */
  readonly changed: AutoResetEvent;
}

/** Events of a batch: what a slow client holds in memory. */
const PAGE = 16;
/** How often a turn of another process is polled. The pause grows while nothing happens. */
const POLL_MS = { first: 100, growth: 1.5, longest: 1_000 } as const;

/** Follows the events of turns, from any event on, whichever process runs them. */
@Injectable()
export class TurnFollower {
  constructor(
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
    private readonly notifier: TurnNotifier,
    private readonly running: RunningTurns,
    @Inject(TURN_OPTIONS) private readonly options: TurnOptions,
  ) {}

  /**
   * The events of a turn after the event `after`, up to its end. An empty batch says that nothing has happened
   * for a while. The iteration throws when the process stops, or when the store is away for longer
   * than a lease: the client can then resume at another process.
   * @throws TurnNotFoundError, StoreUnavailableError
   */
  async open(ref: TurnRef, after = 0): Promise<TurnEvents> {
    // Reads from the client's last event on: only that event shows whether it ended the turn, and
    // whether the event after it is missing.
    const known = Math.max(after - 1, 0);
    return this.follow(ref, after, known, await this.read(ref, known));
  }

  /**
   * The events of the running turn from its start; undefined when no turn runs.
   * @throws ConversationNotFoundError, StoreUnavailableError
   */
  async openCurrent(owner: Owner, conversationId: string): Promise<TurnEvents | undefined> {
    const turnId = await this.findRunning(owner, conversationId);
    return turnId === undefined ? undefined : this.open({ owner, conversationId, turnId });
  }

  private async findRunning(owner: Owner, conversationId: string): Promise<string | undefined> {
    try {
      const { turn } = await this.store.readTurn(owner, conversationId, { after: 0, limit: 1 });
      return turn.status === 'running' ? turn.id : undefined;
    } catch (error) {
      if (!(error instanceof TurnNotFoundError)) throw error;
      // Throws when there is no conversation either.
      await this.store.read(owner, conversationId, { limit: 0, from: 'end' });
      return undefined;
    }
  }

  private async *follow(
    ref: TurnRef,
    after: number,
    known: number,
    first: TurnPage,
  ): AsyncGenerator<readonly FollowedEvent[]> {
    const changed = this.notifier.subscribe(ref.conversationId);
    try {
      yield* this.batches({ ref, after, changed }, known, first);
    } catch (error) {
      // Two later turns have begun, or the conversation was deleted.
      if (!(error instanceof TurnNotFoundError)) throw error;
      yield [toEvent(error)];
    } finally {
      this.notifier.unsubscribe(ref.conversationId, changed);
    }
  }

  private async *batches(
    following: Following,
    known: number,
    first: TurnPage,
  ): AsyncGenerator<readonly FollowedEvent[]> {
    const { ref, after, changed } = following;
    let page = first;
    let seq = known;
    let hasEnded = false;
    let pause: number = POLL_MS.first;
    for (;;) {
      // The store has trimmed events, or a failover has lost them. The stored messages are complete.
      const isGapless = page.events.every((event, i) => event.seq === seq + 1 + i);
      if (!isGapless) {
        yield [toEvent(new TurnNotFoundError())];
        return;
      }
      const last = page.events.at(-1);
      if (last) {
        seq = last.seq;
        hasEnded = isLast(last.data);
      }
      yield page.events.filter((event) => event.seq > after);
      if (page.events.length < PAGE) {
        if (page.turn.status !== 'running') break;
        pause = last ? POLL_MS.first : Math.min(pause * POLL_MS.growth, POLL_MS.longest);
        await changed.wait(this.running.has(ref.turnId) ? POLL_MS.longest : pause);
      }
      page = await this.readNext(following, seq);
    }
    if (page.turn.status === 'failed' && !hasEnded) yield [toEvent(new TurnLostError())];
  }

  private async readNext({ ref, changed }: Following, seq: number): Promise<TurnPage> {
    // Checked before the read. After it, a turn of this process that has just ended would be taken for
    // a turn that runs in another process.
    const mustStop = this.running.mustStopWaitingFor(ref.turnId);
    const deadline = performance.now() + this.options.leaseMs;
    for (;;) {
      try {
        const page = await this.read(ref, seq);
        if (mustStop && page.turn.status === 'running') throw new TurnsStoppedError();
        return page;
      } catch (error) {
        const isAway = error instanceof StoreUnavailableError;
        if (!isAway || mustStop || performance.now() > deadline) throw error;
        await changed.wait(POLL_MS.longest);
      }
    }
  }

  private read({ owner, conversationId, turnId }: TurnRef, after: number): Promise<TurnPage> {
    return this.store.readTurn(owner, conversationId, { turnId, after, limit: PAGE });
  }
}

function toEvent(error: Error): FollowedEvent {
  return { data: JSON.stringify(errorChunk(error)) };
}
