import type { ConversationStatus, ConversationWithMessages } from './conversation.js';
import type { IdempotencyClaim } from './idempotency.js';
import type { NewMessage } from './message.js';
import type { Owner } from './owner.js';

/** What a turn does when another one has the conversation: fail, wait behind it, or cut it short. */
export const TURN_POLICIES = ['reject', 'enqueue', 'interrupt'] as const;

/** One of {@link TURN_POLICIES}. */
export type TurnPolicy = (typeof TURN_POLICIES)[number];

/** How a turn ended. A turn whose lease ran out has `failed`. */
export type TurnEnd = 'completed' | 'cancelled' | 'failed';

/** A turn runs, or has ended in one of three ways. */
export type TurnStatus = 'running' | TurnEnd;

/** One user message, and everything that is answered to it. */
export interface Turn {
  /** UUIDv7, made by the server. */
  readonly id: string;
  readonly conversationId: string;
  readonly status: TurnStatus;
  /** The place of the user's message. */
  readonly userSeq: number;
  /** The places of the replies, when it has ended with any: `count` from `seq` on. */
  readonly replies?: { readonly seq: number; readonly count: number };
}

/** Names a turn of an owner's conversation. */
export interface TurnRef {
  readonly owner: Owner;
  readonly conversationId: string;
  readonly turnId: string;
}

/** Waiting turns a conversation, beside the one that runs. */
export const MAX_QUEUED_TURNS = 100;

/** Events a turn. */
export const MAX_TURN_EVENTS = 10_000;

/** Milliseconds for which an ended turn and its events can be read, if the conversation lives so long. */
export const TURN_RETENTION_MS = 60 * 60 * 1000;

/** A turn that is to begin. */
export interface NewTurn {
  readonly id: string;
  readonly message: NewMessage;
  readonly onConflict: TurnPolicy;
  /** Milliseconds within which whoever runs it, or waits with it, must call again. */
  readonly leaseMs: number;
  readonly idempotency?: IdempotencyClaim | undefined;
}

/** What became of the wish to begin a turn. */
export type TurnBeginning =
  /** It has the conversation, and its user's message is stored. */
  | ({ readonly outcome: 'begun'; readonly turn: Turn } & ConversationWithMessages)
  /** Another one has the conversation: call again, with the same turn, within its lease. */
  | { readonly outcome: 'waiting' }
  /** The idempotency key began this turn before. */
  | { readonly outcome: 'replayed'; readonly turn: Turn };

/** Something that a turn tells those who follow it. */
export interface TurnEvent {
  /** 1, 2, 3 … in its turn. */
  readonly seq: number;
  readonly data: string;
}

/** How a running turn ends, and what is stored with its end. */
export interface TurnEnding {
  readonly end: TurnEnd;
  /** Appended in the same step, also to a conversation that has been closed meanwhile. 0 to 100. */
  readonly replies: readonly NewMessage[];
  /** The last ones. */
  readonly events: readonly TurnEvent[];
  readonly conversationStatus?: ConversationStatus | undefined;
  /** The one that it was begun with. */
  readonly idempotency?: IdempotencyClaim | undefined;
}

/** Events of a turn in order, and how it stood when they were read. */
export interface TurnPage {
  readonly turn: Turn;
  readonly events: readonly TurnEvent[];
}
