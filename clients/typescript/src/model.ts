import type { FieldError, ProblemBody } from './problem-error.js';

export type { FieldError, ProblemBody };

export type ConversationStatus = 'active' | 'completed' | 'archived';

export type Role = 'user' | 'assistant' | 'system' | 'tool';

/** A part of a message, in the form of the AI SDK: a part of the type `text` has a `text`. */
export interface Part {
  readonly type: string;
  readonly [property: string]: unknown;
}

export interface Message {
  readonly id: string;
  /** 1, 2, 3 … in its conversation. */
  readonly seq: number;
  /** The `seq` of the message that this one follows, 0 for none. Absent when that is the message of the `seq` before. */
  readonly parentSeq?: number;
  /** The messages that follow the same message, with this one. Absent when this one is alone. */
  readonly siblings?: readonly number[];
  /** The message that this one stands in place of, because the assistant went on with it. */
  readonly supersedes?: number;
  readonly role: Role;
  readonly parts: readonly Part[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

export interface Conversation {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly externalId?: string;
  readonly title?: string;
  readonly forkedFrom?: { readonly id: string; readonly seq: number };
  readonly status: ConversationStatus;
  readonly metadata: Readonly<Record<string, string>>;
  /** Messages of all branches. */
  readonly messageCount: number;
  /** The last message of the active branch; 0 without messages. */
  readonly leafSeq: number;
  /** Every change adds one. */
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastAccessedAt: string;
  /** `null` when it exists until it is deleted. */
  readonly expiresAt: string | null;
}

export interface ConversationWithMessages extends Conversation {
  readonly messages: readonly Message[];
}

export interface ConversationPage extends ConversationWithMessages {
  /** Whether there are older messages than these. */
  readonly hasMore: boolean;
}

export interface ConversationList {
  readonly data: readonly Conversation[];
  /** `null` at the end, and only there. */
  readonly nextCursor: string | null;
}

export interface MessageList {
  readonly data: readonly Message[];
  /** Whether there are more: newer ones with `after`, and else older ones. */
  readonly hasMore: boolean;
  /** The last message of the branch that this is a page of. */
  readonly leafSeq: number;
}

/** A message to store: `content` or `parts`. A whole `UIMessage` of the AI SDK is one. */
export interface NewMessage {
  readonly role?: Role;
  readonly content?: string;
  readonly parts?: readonly Part[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface NewConversation {
  readonly externalId?: string;
  readonly title?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly messages?: readonly NewMessage[];
}

/** A JSON merge patch: a property that is absent stays as it is, and `null` removes it. */
export interface ConversationPatch {
  readonly externalId?: string | null;
  readonly title?: string | null;
  readonly status?: ConversationStatus;
  readonly leafSeq?: number;
  readonly metadata?: Readonly<Record<string, string | null>> | null;
}

export interface NewMessages {
  readonly messages: readonly NewMessage[];
  /** The message that the first one is to follow, 0 before the first message; the leaf when absent. */
  readonly parentSeq?: number;
  /** The message that the first one is to stand in place of. Needs the service role. */
  readonly supersedes?: number;
}

export interface Appended {
  /** The messages of this request. */
  readonly data: readonly Message[];
  readonly conversation: Conversation;
}

/** What is made of a call that waits for its client: the output of its tool, or why there is none. */
export interface ToolResult {
  readonly toolCallId: string;
  readonly output?: unknown;
  readonly errorText?: string;
}

export interface Approval {
  readonly id: string;
  readonly approved: boolean;
  readonly reason?: string;
}

export type TurnPolicy = 'reject' | 'enqueue' | 'interrupt';

/** What a turn is to answer: a `message`, or one that is stored (`regenerate`, `continue`). */
export interface NewTurn {
  readonly message?: NewMessage | string;
  /** The message that `message` is to follow, 0 before the first one; the leaf when absent. */
  readonly parentSeq?: number;
  /** The `seq` of the user's message that is to be answered again. */
  readonly regenerate?: number;
  /** What an assistant's message waits for. */
  readonly continue?: {
    readonly seq: number;
    readonly toolResults?: readonly ToolResult[];
    readonly approvals?: readonly Approval[];
  };
  /** While another turn runs: fail with 409 (when absent), wait for its end, or cancel it. */
  readonly onConflict?: TurnPolicy;
}

export interface TurnAnswer {
  readonly turnId: string;
  /** The message that the turn answers, and the replies. */
  readonly messages: readonly Message[];
}

/** An event of a turn: a chunk of the AI SDK's UI message stream. `finish`, `abort` or `error` is the last one. */
export interface TurnEvent {
  readonly type: string;
  readonly [property: string]: unknown;
}

/** A line of an export. A conversation that is damaged has a `problem` in place of what is missing. */
export interface ExportedConversation extends ConversationWithMessages {
  readonly problem?: ProblemBody;
}
