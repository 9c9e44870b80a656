import type { Conversation } from '../domain/conversation.js';
import type { IdempotencyClaim } from '../domain/idempotency.js';
import type { Message } from '../domain/message.js';
import type { NewTurn, Turn, TurnRef } from '../domain/turn.js';

/** A turn that has just begun. This process must run it. */
export interface BegunTurn {
  readonly outcome: 'begun';
  readonly ref: TurnRef;
  readonly turn: Turn;
  /** When it was called for, and so no later than its lease began: milliseconds of `performance.now()`. */
  readonly calledAt: number;
  /** As it was when the turn began. */
  readonly conversation: Conversation;
  /** The message that the turn answers, or goes on with. */
  readonly message: Message;
  /** Whether the turn goes on with a message of the assistant. */
  readonly isContinuation: boolean;
  readonly idempotency: IdempotencyClaim | undefined;
  /** Gives back the slot that the turn holds while it runs. */
  readonly releaseSlot: () => void;
}

/** A turn that began earlier, under the same idempotency key. */
export interface ReplayedTurn {
  readonly outcome: 'replayed';
  readonly ref: TurnRef;
  readonly turn: Turn;
  /** The store answers this request with the turn as it is now, also when later turns have begun. */
  readonly request: NewTurn;
}
