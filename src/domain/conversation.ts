import type { Message, NewMessage } from './message.js';

/** Every status that a conversation can have. */
export const CONVERSATION_STATUSES = ['active', 'completed', 'archived'] as const;

/** Only an `active` conversation takes messages. */
export type ConversationStatus = (typeof CONVERSATION_STATUSES)[number];

/** Labels that the client chooses: at most {@link METADATA_LIMITS.keys} short strings. */
export type ConversationMetadata = Readonly<Record<string, string>>;

/** The most keys of a conversation, and the most UTF-16 code units of a key and of a value. */
export const METADATA_LIMITS = { keys: 16, keyLength: 64, valueLength: 512 } as const;

/** Characters of a title. */
export const MAX_TITLE_LENGTH = 200;

/** Characters of an external id. */
export const MAX_EXTERNAL_ID_LENGTH = 255;

/** A message of a conversation, with all that leads to it. */
export interface ForkOrigin {
  readonly id: string;
  readonly seq: number;
}

/** A conversation, without its messages. */
export interface Conversation {
  /** UUIDv7, made by the server. */
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  /** The client's own name for the conversation. The store gives it no meaning: it need not be unique. */
  readonly externalId?: string;
  readonly title?: string;
  /** What it is a copy of, if it is one. That conversation may be gone. */
  readonly forkedFrom?: ForkOrigin;
  readonly status: ConversationStatus;
  readonly metadata: ConversationMetadata;
  /** Messages of all branches. */
  readonly messageCount: number;
  /** The last message of the active branch; 0 without messages. */
  readonly leafSeq: number;
  /** 1 at first, and one more with every change of the conversation or its messages. Reads do not count. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastAccessedAt: Date;
  /**
   * The deadline: the conversation expires unless somebody writes to it or reads it before. `null`: it has
   * no deadline, and exists until it is deleted.
   */
  readonly expiresAt: Date | null;
  /**
   * A live handle of a bot SDK, which code in this process may attach. No driver stores it, and no
   * answer contains it.
   */
  readonly sdkConversationRef?: unknown;
}

/** A conversation as a driver holds it: {@link MessageTree} tells what `branches` is. */
export interface BranchedConversation extends Conversation {
  readonly branches: string;
}

/** A conversation and some of its messages. */
export interface ConversationWithMessages {
  readonly conversation: Conversation;
  /** In order of `seq`. */
  readonly messages: readonly Message[];
}

/** What a driver needs to create a conversation. The driver sets the times. */
export interface NewConversation {
  readonly id: string;
  readonly externalId?: string;
  readonly title?: string;
  readonly metadata: ConversationMetadata;
  readonly messages: readonly NewMessage[];
}

/** A conversation that begins as a copy of another one of its owner: of the branch up to a message. */
export interface NewFork {
  readonly id: string;
  readonly forkedFrom: ForkOrigin;
}

/**
 * A JSON merge patch (RFC 7396): an absent field stays as it is, `null` removes the field. `metadata`
 * is merged key by key, and `metadata: null` removes every key.
 */
export interface ConversationPatch {
  readonly title?: string | null;
  readonly externalId?: string | null;
  readonly status?: ConversationStatus;
  readonly metadata?: Readonly<Record<string, string | null>> | null;
  /** The message at which the active branch is to end. A patch of this alone leaves `updatedAt` as it is. */
  readonly leafSeq?: number;
}
