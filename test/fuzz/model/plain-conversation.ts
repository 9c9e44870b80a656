import type {
  Conversation,
  ConversationStatus,
  Message,
  Owner,
  WorkingState,
} from 'conversation-store';

/** Everything of one owner's. */
export interface PlainOwner {
  readonly conversations: Map<string, PlainConversation>;
  /** Writes by idempotency key: the seqs of their first and last message. */
  readonly remembered: Map<
    string,
    { requestHash: string; id: string; first: number; last: number }
  >;
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
}

export function conversationOf(
  owner: Owner,
  id: string,
  kept: PlainConversation,
  ttlMs: number,
): Conversation {
  return {
    id,
    tenantId: owner.tenantId,
    userId: owner.userId,
    ...(kept.title !== undefined && { title: kept.title }),
    ...(kept.externalId !== undefined && { externalId: kept.externalId }),
    status: kept.status,
    metadata: Object.fromEntries(kept.metadata),
    messageCount: kept.messages.length,
    version: kept.version,
    createdAt: new Date(kept.createdAt),
    updatedAt: new Date(kept.updatedAt),
    lastAccessedAt: new Date(kept.lastAccessedAt),
    expiresAt: new Date(kept.lastAccessedAt + ttlMs),
  };
}
