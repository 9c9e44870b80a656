import type { Owner } from '../domain/owner.js';
import type {
  NewTurn,
  Turn,
  TurnBeginning,
  TurnEnding,
  TurnEvent,
  TurnPage,
  TurnRef,
} from '../domain/turn.js';
import type { ConversationWithMessages } from '../domain/conversation.js';

/** A turn that has ended, with what was stored for it. */
export interface TurnOutcome extends ConversationWithMessages {
  readonly turn: Turn;
}

/** What a running turn does when it renews its lease. */
export interface TurnStep {
  /** Milliseconds from now that the lease lasts. */
  readonly leaseMs: number;
  readonly events: readonly TurnEvent[];
}

/** Which turn to read, and which of its events. */
export interface TurnQuery {
  /** The latest one when absent. */
  readonly turnId?: string;
  /** Only events behind this seq. */
  readonly after: number;
  /** Events, 1 or more. */
  readonly limit: number;
}

/**
 * Turns: at most one at a time has a conversation, by a lease that runs out unless it is renewed. The
 * id of the turn is the token that every step shows: one that comes after the lease ran out, or after
 * another turn began, changes nothing and is a {@link TurnLostError}.
 *
 * A conversation remembers its latest turn and the one before it, with their events, for a while: who
 * follows a turn can read its end when the next has begun. They go with it.
 */
export interface TurnStore {
  /**
   * Begins a turn, when it is its turn to: takes the lease and appends the user's message, in one
   * step. Called again with a turn that has begun and runs, answers the same.
   *
   * With `enqueue` and `interrupt` a turn waits, first come, first served; those that interrupt come
   * before the others, and whatever runs is asked to cancel while one of them waits. A turn that is
   * not called for within its lease leaves the line.
   * @throws TurnConflictError, ConversationNotFoundError, ConversationClosedError,
   *   ConversationFullError (there must be room for a reply), ConversationDamagedError,
   *   IdempotencyMismatchError, TurnLostError (the turn began before, and is over)
   */
  beginTurn(owner: Owner, conversationId: string, turn: NewTurn): Promise<TurnBeginning>;

  /**
   * Renews the lease of the running turn and adds events, each seq once, however often it is sent.
   * @returns whether the turn is asked to cancel
   * @throws TurnLostError
   */
  advanceTurn(turn: TurnRef, step: TurnStep): Promise<{ readonly cancelRequested: boolean }>;

  /**
   * Ends the running turn: appends its replies, adds its last events and frees the conversation, in
   * one step. Called again for a turn that has ended, changes nothing.
   * @throws TurnLostError, ConversationFullError, ConversationDamagedError
   */
  endTurn(turn: TurnRef, ending: TurnEnding): Promise<TurnOutcome>;

  /**
   * Reads the latest turn of a conversation, or the one that is named, with its events.
   * @throws TurnNotFoundError
   */
  readTurn(owner: Owner, conversationId: string, query: TurnQuery): Promise<TurnPage>;

  /**
   * Asks the running turn to cancel, or takes a waiting one out of the line. Of one that has ended,
   * changes nothing.
   * @throws TurnNotFoundError
   */
  cancelTurn(turn: TurnRef): Promise<void>;
}
