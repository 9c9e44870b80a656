import { Inject, Injectable } from '@nestjs/common';
import { BoundedShares, type Release } from '../bounds/bounded-shares.js';
import type { Owner } from '../domain/owner.js';
import { TurnLostError, TurnNotFoundError } from '../domain/turn.errors.js';
import type { Turn, TurnPage, TurnRef } from '../domain/turn.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { errorChunk, isLast } from './chunk.js';
import type { TurnReader } from './turn-reader.js';
import { TurnReaders } from './turn-readers.js';
import { TURN_OPTIONS } from './turns.module-definition.js';
import type { TurnOptions } from './turns.options.js';

/** A chunk as JSON. An event about the stream itself has no `seq`. */
export interface FollowedEvent {
  readonly seq?: number;
  readonly data: string;
}

/** The events of a turn in batches. A batch is read when the consumer wants it. */
export interface TurnEvents extends AsyncIterable<readonly FollowedEvent[]> {
  /** Says that nobody reads any more. The end of an iteration says the same. */
  close(): void;
}

/** A follower that begins here is given no event, and the end. */
const BEHIND_ALL_EVENTS = Number.MAX_SAFE_INTEGER - 1;

/** Follows the events of turns, from any event on, whichever process runs them. */
@Injectable()
export class TurnFollower {
  /** Each follower in this process holds one. */
  readonly slots: BoundedShares;

  constructor(
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
    private readonly readers: TurnReaders,
    @Inject(TURN_OPTIONS) { maxStreams, ownerShare }: TurnOptions,
  ) {
    this.slots = new BoundedShares('streams', maxStreams, ownerShare);
  }

  /** The followers in this process. */
  get count(): number {
    return this.slots.count;
  }

  /**
   * A slot for a follower. Pass it to {@link open}, or release it.
   * @throws OverloadedError
   */
  acquireSlot(owner: Owner): Release {
    return this.slots.acquire(owner);
  }

  /**
   * The events of a turn after the event `after`, up to its end. An empty batch says that nothing has happened
   * for a while. The iteration throws when the process stops, or when the store is away for longer
   * than a lease: the client can then resume at another process.
   * @throws OverloadedError, TurnNotFoundError, StoreUnavailableError
   */
  async open(
    ref: TurnRef,
    after = 0,
    releaseSlot = this.acquireSlot(ref.owner),
  ): Promise<TurnEvents> {
    const { reader, release } = this.readers.acquire(ref);
    let isOpen = true;
    const close = (): void => {
      if (!isOpen) return;
      isOpen = false;
      release();
      releaseSlot();
    };
    try {
      // Reads from the client's last event on: only that event shows whether it ended the turn, and
      // whether the event after it is missing.
      const known = Math.max(after - 1, 0);
      const first = await reader.read(known);
      const batches = follow(reader, { after, known, first, close, isClosed: () => !isOpen });
      return { [Symbol.asyncIterator]: () => batches, close };
    } catch (error) {
      close();
      throw error;
    }
  }

  /**
   * Waits until a turn has ended, with no more reads than one follower of the turn needs.
   * @returns false when `hasLeft` says that nobody waits any more
   * @throws what {@link open} and its iteration throw
   */
  async waitForEnd(ref: TurnRef, hasLeft: () => boolean): Promise<boolean> {
    for await (const events of await this.open(ref, BEHIND_ALL_EVENTS)) {
      if (events.length === 0 && hasLeft()) return false;
    }
    return true;
  }

  /**
   * The running turn; undefined when no turn runs.
   * @throws ConversationNotFoundError, StoreUnavailableError
   */
  async findRunning(owner: Owner, conversationId: string): Promise<Turn | undefined> {
    try {
      const { turn } = await this.store.readTurn(owner, conversationId, { after: 0, maxBytes: 1 });
      return turn.status === 'running' ? turn : undefined;
    } catch (error) {
      if (!(error instanceof TurnNotFoundError)) throw error;
      // Throws when there is no conversation either.
      await this.store.read(owner, conversationId, { limit: 0, from: 'end' });
      return undefined;
    }
  }
}

/** Where a follower begins. */
interface Start {
  /** The client has the events up to this one. */
  readonly after: number;
  /** `first` has the events behind this one. */
  readonly known: number;
  readonly first: TurnPage;
  readonly close: () => void;
  /** Whether the client has left: nobody reads the next events. */
  readonly isClosed: () => boolean;
}

async function* follow(
  reader: TurnReader,
  start: Start,
): AsyncGenerator<readonly FollowedEvent[], void, undefined> {
  try {
    yield* batches(reader, start);
  } catch (error) {
    // Two later turns have begun, or the conversation was deleted.
    if (!(error instanceof TurnNotFoundError)) throw error;
    yield [toEvent(error)];
  } finally {
    start.close();
  }
}

async function* batches(
  reader: TurnReader,
  { after, known, first, isClosed }: Start,
): AsyncGenerator<readonly FollowedEvent[], void, undefined> {
  let page = first;
  let seq = known;
  let hasEnded = false;
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
    if (page.isComplete && page.turn.status !== 'running') break;
    page = await reader.next(seq);
    if (isClosed()) return;
  }
  if (page.turn.status === 'failed' && !hasEnded) yield [toEvent(new TurnLostError())];
}

function toEvent(error: Error): FollowedEvent {
  return { data: JSON.stringify(errorChunk(error)) };
}
