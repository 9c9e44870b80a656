import type {
  Conversation,
  ConversationStatus,
  ForkOrigin,
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

/** A message that knows which one it follows, and whether another one stands in place of it. */
export interface PlainMessage extends Omit<Message, 'parentSeq' | 'siblings' | 'supersedes'> {
  readonly parentSeq: number;
  readonly supersedes: number | undefined;
  isSuperseded: boolean;
}

/** Times are milliseconds since the epoch. */
export interface PlainConversation {
  title: string | undefined;
  readonly forkedFrom?: ForkOrigin;
  externalId: string | undefined;
  status: ConversationStatus;
  metadata: Map<string, string>;
  readonly messages: PlainMessage[];
  leafSeq: number;
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
    ...(stored.forkedFrom && { forkedFrom: stored.forkedFrom }),
    status: stored.status,
    metadata: Object.fromEntries(stored.metadata),
    messageCount: stored.messages.length,
    leafSeq: stored.leafSeq,
    version: stored.version,
    createdAt: new Date(stored.createdAt),
    updatedAt: new Date(stored.updatedAt),
    lastAccessedAt: new Date(stored.lastAccessedAt),
    expiresAt: ttlMs === null ? null : new Date(stored.lastAccessedAt + ttlMs),
  };
}
