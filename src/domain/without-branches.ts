import type { BranchedConversation, Conversation } from './conversation.js';

/** What callers of a store see of a conversation. */
export function withoutBranches(conversation: BranchedConversation): Conversation {
  const { externalId, title, forkedFrom } = conversation;
  return {
    id: conversation.id,
    tenantId: conversation.tenantId,
    userId: conversation.userId,
    ...(externalId !== undefined && { externalId }),
    ...(title !== undefined && { title }),
    ...(forkedFrom && { forkedFrom }),
    status: conversation.status,
    metadata: conversation.metadata,
    messageCount: conversation.messageCount,
    leafSeq: conversation.leafSeq,
    version: conversation.version,
    createdAt: conversation.createdAt,
    updatedAt: conversation.updatedAt,
    lastAccessedAt: conversation.lastAccessedAt,
    expiresAt: conversation.expiresAt,
  };
}
