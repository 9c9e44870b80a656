import type {
  Conversation,
  ConversationStatus,
  Message,
  Owner,
  Turn,
  WorkingState,
} from 'conversation-store';
import type { PlainQueuedTurn, PlainTurn } from './plain-turn.js';

/** Everything of one owner's. */
export interface PlainOwner {
  readonly conversations: Map<string, PlainConversation>;
  readonly records: Map<string, PlainRecord>;
}

/** What is known of a write under its idempotency key. */
export interface PlainRecord {
  readonly requestHash: string;
  readonly id: string;
  /** The seqs of the first and the last message. */
  readonly first: number;
  readonly last: number;
  /** Only of a turn: how it stood when the record was written. */
  readonly turn?: Turn;
}

/** Times are milliseconds since the epoch. */
export interface PlainConversation {
  title: string | undefined;
  externalId: string | undefined;
  status: ConversationStatus;
  metadata: Map<string, string>;
  readonly messages: Message[];
  version: number;
  readonly createdAt: number;
  updatedAt: number;
  lastAccessedAt: number;
  state: WorkingState;
  /** The latest turn, and the one before it. */
  turns: { latest?: PlainTurn; previous?: PlainTurn };
  /** The first one goes first. */
  queue: PlainQueuedTurn[];
}

export function conversationOf(
  owner: Owner,
  id: string,
  stored: PlainConversation,
  ttlMs: number | null,
): Conversation {
  return {
    id,
    tenantId: owner.tenantId,
    userId: owner.userId,
    ...(stored.title !== undefined && { title: stored.title }),
    ...(stored.externalId !== undefined && { externalId: stored.externalId }),
    status: stored.status,
    metadata: Object.fromEntries(stored.metadata),
    messageCount: stored.messages.length,
    version: stored.version,
    createdAt: new Date(stored.createdAt),
    updatedAt: new Date(stored.updatedAt),
    lastAccessedAt: new Date(stored.lastAccessedAt),
    expiresAt: ttlMs === null ? null : new Date(stored.lastAccessedAt + ttlMs),
  };
}
