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
  /** The seq of the message that it answers: of the user, or of the assistant if the turn goes on with that. */
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

/** Bytes that the events of a turn have together. The process that runs the turn fails it when it would have more. */
export const MAX_TURN_BYTES = 8 * 1024 * 1024;

/** Milliseconds for which an ended turn can be read, unless its conversation expires sooner. */
export const TURN_RETENTION_MS = 60 * 60 * 1000;

/** What a turn answers. */
export type TurnInput =
  /** A message, which the turn stores when it begins: behind `parentSeq`, or behind the leaf at that moment. */
  | { readonly message: NewMessage; readonly parentSeq?: number | undefined }
  /** The message of a seq, which is stored: it is answered again. */
  | { readonly regenerate: number }
  /**
   * A message of the assistant with what its client had to add, in place of the message of the seq `supersedes`: the
   * assistant goes on.
   */
  | { readonly message: NewMessage; readonly supersedes: number };

/** A turn that is to begin. */
export interface NewTurn {
  readonly id: string;
  readonly input: TurnInput;
  readonly onConflict: TurnPolicy;
  /** Milliseconds within which the caller must call again, while the turn runs and while it is queued. */
  readonly leaseMs: number;
  readonly idempotency?: IdempotencyClaim | undefined;
}

/** What the store answers when a turn is to begin. */
export type TurnBeginning =
  /** The turn holds the conversation, and the message that it answers is stored. */
  | ({ readonly outcome: 'begun'; readonly turn: Turn } & ConversationWithMessages)
  /** The turn cannot begin yet: call again, with the same turn, within its lease. */
  | { readonly outcome: 'queued' }
  /** A request under the same idempotency key began this turn before. */
  | { readonly outcome: 'replayed'; readonly turn: Turn };

/** What a turn publishes to its followers. */
export interface TurnEvent {
  /** 1, 2, 3 … in its turn. */
  readonly seq: number;
  /** One line: a store may hold many events as one text, with line feeds between them. */
  readonly data: string;
}

/** How a running turn ends, and what is stored with its end. */
export interface TurnEnding {
  readonly end: TurnEndStatus;
  /** 0 to 100. Appended in the same step, also to a conversation that was closed while the turn ran. */
  readonly replies: readonly NewMessage[];
  /**
   * Only of a turn that goes on with a message of the assistant: the whole message, which stands in place of the one
   * that the turn answers. Where messages were appended behind that one, `replies` are stored behind those instead.
   */
  readonly continuation?: NewMessage | undefined;
  /** The last events of the turn, each with the seq behind the one before. */
  readonly events: readonly TurnEvent[];
  readonly conversationStatus?: ConversationStatus | undefined;
  /** The claim that the turn was begun with. */
  readonly idempotency?: IdempotencyClaim | undefined;
}

/** Events of a turn in order, and the turn as it stood when they were read. */
export interface TurnPage {
  readonly turn: Turn;
  readonly events: readonly TurnEvent[];
  /** Whether the turn had no event behind these. */
  readonly isComplete: boolean;
}
