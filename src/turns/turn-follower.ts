import { Inject, Injectable } from '@nestjs/common';
import { TurnsStoppedError } from '../domain/turn.errors.js';
import type { TurnPage, TurnRef } from '../domain/turn.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { TurnLostError, TurnNotFoundError } from '../domain/turn.errors.js';
import { errorChunk, isLast } from './chunk.js';
import { TurnNotifier, type AutoResetEvent } from './turn-notifier.js';
import { RunningTurns } from './running-turns.js';
import { TURN_OPTIONS } from './turns.module-definition.js';
import type { TurnOptions } from './turns.options.js';

/** A chunk as JSON, with its number unless it is about the stream itself. */
export interface FollowedEvent {
  readonly seq?: number;
  readonly data: string;
}

export interface TurnPlace extends TurnRef {
  /** The last event that is known; 0 before the first. */
  readonly after: number;
}

/** Events read at a time: what a reader that is slow holds in memory. */
const PAGE = 16;
/** Between two looks at a turn of another process, growing while nothing happens. */
const LOOK_MS = { first: 100, growth: 1.5, last: 1_000 } as const;

/** Follows turns, of this process or another, from any place on. */
@Injectable()
export class TurnFollower {
  constructor(
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
    private readonly bells: TurnNotifier,
    private readonly runs: RunningTurns,
    @Inject(TURN_OPTIONS) private readonly options: TurnOptions,
  ) {}

  /**
   * The events of a turn in batches, read as they are asked for, up to its end. One that is empty
   * says that nothing has happened for a while. Breaks off with an error when the process stops, or
   * the store is away for longer than a lease: whoever follows can go on elsewhere.
   * @throws TurnNotFoundError, StoreUnavailableError
   */
  async open(place: TurnPlace): Promise<AsyncIterable<readonly FollowedEvent[]>> {
    // From the event on that is known: it says whether it was the last one, and that none is missing.
    const known = Math.max(place.after - 1, 0);
    return this.follow(place, await this.read(place, known), known);
  }

  private async *follow(
    place: TurnPlace,
    first: TurnPage,
    known: number,
  ): AsyncGenerator<readonly FollowedEvent[]> {
    const bell = this.bells.join(place.conversationId);
    try {
      yield* this.batches(place, first, known, bell);
    } catch (error) {
      // Another turn has taken its place, or the conversation was deleted.
      if (!(error instanceof TurnNotFoundError)) throw error;
      yield [asEvent(error)];
    } finally {
      this.bells.leave(place.conversationId, bell);
    }
  }

  private async *batches(
    place: TurnPlace,
    first: TurnPage,
    known: number,
    bell: AutoResetEvent,
  ): AsyncGenerator<readonly FollowedEvent[]> {
    let page = first;
    let seq = known;
    let hasEnded = false;
    let pause: number = LOOK_MS.first;
    for (;;) {
      // Trimmed, or lost by a promotion: what is stored in the end is whole.
      const isGapless = page.events.every((event, i) => event.seq === seq + 1 + i);
      if (!isGapless) {
        yield [asEvent(new TurnNotFoundError())];
        return;
      }
      const last = page.events.at(-1);
      if (last) {
        seq = last.seq;
        hasEnded = isLast(last.data);
      }
      yield page.events.filter((event) => event.seq > place.after);
      if (page.turn.status !== 'running' && page.events.length < PAGE) break;
      if (page.events.length < PAGE) {
        pause = last ? LOOK_MS.first : Math.min(pause * LOOK_MS.growth, LOOK_MS.last);
        await bell.wait(this.runs.has(place.turnId) ? LOOK_MS.last : pause);
      }
      page = await this.look(place, seq, bell);
    }
    if (page.turn.status === 'failed' && !hasEnded) yield [asEvent(new TurnLostError())];
  }

  private async look(place: TurnPlace, seq: number, bell: AutoResetEvent): Promise<TurnPage> {
    // Before the look: what this process runs is not over before its last events can be read.
    const isLeaving = this.runs.isStopping && !this.runs.has(place.turnId);
    const deadline = performance.now() + this.options.leaseMs;
    for (;;) {
      try {
        const page = await this.read(place, seq);
        if (isLeaving && page.turn.status === 'running') throw new TurnsStoppedError();
        return page;
      } catch (error) {
        const isAway = error instanceof StoreUnavailableError;
        if (!isAway || isLeaving || performance.now() > deadline) throw error;
        await bell.wait(LOOK_MS.last);
      }
    }
  }

  private read({ owner, conversationId, turnId }: TurnPlace, after: number): Promise<TurnPage> {
    return this.store.readTurn(owner, conversationId, { turnId, after, limit: PAGE });
  }
}

function asEvent(error: Error): FollowedEvent {
  return { data: JSON.stringify(errorChunk(error)) };
}
