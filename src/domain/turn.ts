import type { ConversationStatus, ConversationWithMessages } from './conversation.js';
import type { IdempotencyClaim } from './idempotency.js';
import type { NewMessage } from './message.js';
import type { Owner } from './owner.js';

/** What a turn does while another turn holds the conversation: fail, queue, or cancel the other one. */
export const TURN_POLICIES = ['reject', 'enqueue', 'interrupt'] as const;

/** One of {@link TURN_POLICIES}. */
export type TurnPolicy = (typeof TURN_POLICIES)[number];

/** How a turn has ended. A turn whose lease ran out has `failed`. */
export type TurnEndStatus = 'completed' | 'cancelled' | 'failed';

/** A turn runs, or has ended in one of three ways. */
export type TurnStatus = 'running' | TurnEndStatus;

/** One user message, and everything that the orchestrator answers to it. */
export interface Turn {
  /** UUIDv7, made by the server. */
  readonly id: string;
  readonly conversationId: string;
  readonly status: TurnStatus;
  /** The seq of the user's message. */
  readonly userSeq: number;
  /** Its replies, if it has ended with any: `count` messages from `seq` on. */
  readonly replies?: { readonly seq: number; readonly count: number };
}

/** Names a turn of a conversation of an owner. */
export interface TurnRef {
  readonly owner: Owner;
  readonly conversationId: string;
  readonly turnId: string;
}

/** Queued turns a conversation. The running one is not among them. */
export const MAX_QUEUED_TURNS = 100;

/** Events a turn. */
export const MAX_TURN_EVENTS = 10_000;

/** Milliseconds for which an ended turn can be read, unless its conversation expires sooner. */
export const TURN_RETENTION_MS = 60 * 60 * 1000;

/** A turn that is to begin. */
export interface NewTurn {
  readonly id: string;
  readonly message: NewMessage;
  readonly onConflict: TurnPolicy;
  /** Milliseconds within which the caller must call again, while the turn runs and while it is queued. */
  readonly leaseMs: number;
  readonly idempotency?: IdempotencyClaim | undefined;
}

/** What the store answers when a turn is to begin. */
export type TurnBeginning =
  /** The turn holds the conversation, and its user's message is stored. */
  | ({ readonly outcome: 'begun'; readonly turn: Turn } & ConversationWithMessages)
  /** The turn cannot begin yet: call again, with the same turn, within its lease. */
  | { readonly outcome: 'queued' }
  /** A request under the same idempotency key began this turn before. */
  | { readonly outcome: 'replayed'; readonly turn: Turn };

/** What a turn publishes to its followers. */
export interface TurnEvent {
  /** 1, 2, 3 … in its turn. */
  readonly seq: number;
  readonly data: string;
}

/** How a running turn ends, and what is stored with its end. */
export interface TurnEnding {
  readonly end: TurnEndStatus;
  /** 0 to 100. Appended in the same step, also to a conversation that was closed while the turn ran. */
  readonly replies: readonly NewMessage[];
  /** The last events of the turn. */
  readonly events: readonly TurnEvent[];
  readonly conversationStatus?: ConversationStatus | undefined;
  /** The claim that the turn was begun with. */
  readonly idempotency?: IdempotencyClaim | undefined;
}

/** Events of a turn in order, and the turn as it stood when they were read. */
export interface TurnPage {
  readonly turn: Turn;
  readonly events: readonly TurnEvent[];
}
