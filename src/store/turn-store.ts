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

/** A turn that has ended, with the replies that were stored for it. */
export interface TurnOutcome extends ConversationWithMessages {
  readonly turn: Turn;
}

/** What a running turn does when it renews its lease. */
export interface TurnStep {
  /** Milliseconds that the lease lasts from now on. */
  readonly leaseMs: number;
  /** Each with the seq behind the one before. A store holds them as one entry. */
  readonly events: readonly TurnEvent[];
}

/** What a running turn learns when it renews its lease. */
export interface TurnRenewal {
  /** Whether somebody has asked the turn to cancel. */
  readonly cancelRequested: boolean;
  /** Milliseconds for which another process follows the turn from now on: see {@link TurnQuery.followMs}. */
  readonly followedMs: number;
}

/** Which turn to read, and which of its events. */
export interface TurnQuery {
  /** The latest turn when absent. */
  readonly turnId?: string;
  /** Only events behind this seq. */
  readonly after: number;
  /**
   * Bytes, 1 or more. Events are read, at least one if there is any, until they have so many bytes
   * together. A store may read fewer, and then says that there are more.
   */
  readonly maxBytes: number;
  /**
   * Milliseconds. Notes in a running turn that it is followed from another process than its own for so
   * long: that process then adds its events in smaller batches. While more than half of it is noted
   * already, the store need not write.
   */
  readonly followMs?: number;
}

/**
 * The turns of conversations. At most one turn at a time holds a conversation, by a lease that runs out
 * unless it is renewed. Every step of a turn shows the turn's id. A step that comes after the lease ran
 * out, or after another turn began, changes nothing and is rejected with a {@link TurnLostError}.
 *
 * A store holds the latest turn of a conversation and the previous one, with their events, for a while:
 * followers of a turn can read its end after the next turn has begun. Deleting the conversation deletes
 * both.
 */
export interface TurnStore {
  /**
   * Begins a turn if no other turn holds the conversation or is queued before it: takes the lease and
   * appends the message that it answers, unless that one is stored, in one step. That message becomes the leaf. A second call for a turn that runs gets the same answer.
   *
   * Otherwise `reject` fails, and `enqueue` and `interrupt` queue the turn. Turns that interrupt go
   * before the others; apart from that, the first to come goes first. A call with `interrupt` also asks
   * the running turn to cancel. A queued turn stays where it is when it is called for again within
   * its lease, and otherwise leaves the queue.
   * @throws TurnConflictError, ConversationNotFoundError, ConversationClosedError,
   *   ConversationFullError (there must be room for a reply), QuotaExceededError, ConversationDamagedError,
   *   MessageNotFoundError, MessageSupersededError, BranchesFullError, IdempotencyMismatchError, TurnLostError (the turn began before, and is over)
   */
  beginTurn(owner: Owner, conversationId: string, turn: NewTurn): Promise<TurnBeginning>;

  /**
   * Renews the lease of the running turn and adds events. An event that is sent again is added once.
   * @throws TurnLostError
   */
  advanceTurn(turn: TurnRef, step: TurnStep): Promise<TurnRenewal>;

  /**
   * Ends the running turn: appends its replies behind the message that it answers, or behind what was appended to
   * that one since, adds its last events and frees the conversation, in one step. The leaf moves with the replies if it
   * was the message that they follow. A second call for a turn that has ended changes nothing and gets the same answer. The
   * quota of the owner does not refuse it.
   * @throws TurnLostError, ConversationFullError, MessageSupersededError, BranchesFullError,
   *   ConversationDamagedError
   */
  endTurn(turn: TurnRef, ending: TurnEnding): Promise<TurnOutcome>;

  /**
   * Reads the latest turn of a conversation, or the turn that the query names, with its events.
   * @throws TurnNotFoundError
   */
  readTurn(owner: Owner, conversationId: string, query: TurnQuery): Promise<TurnPage>;

  /**
   * Asks the running turn to cancel, or takes a queued turn out of the queue. A turn that has ended
   * stays as it is.
   * @throws TurnNotFoundError
   */
  cancelTurn(turn: TurnRef): Promise<void>;
}
