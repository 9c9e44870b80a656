import type { Conversation, ConversationWithMessages } from '../domain/conversation.js';
import type { ConversationView, ConversationWithMessagesView } from './dto/answers.dto.js';

/** A conversation as an answer shows it: field by field, so that nothing else leaves. */
export function toView(conversation: Conversation): ConversationView {
  return {
    id: conversation.id,
    tenantId: conversation.tenantId,
    userId: conversation.userId,
    ...(conversation.externalId !== undefined && { externalId: conversation.externalId }),
    ...(conversation.title !== undefined && { title: conversation.title }),
    status: conversation.status,
    metadata: conversation.metadata,
    messageCount: conversation.messageCount,
    version: conversation.version,
    createdAt: conversation.createdAt,
    updatedAt: conversation.updatedAt,
    lastAccessedAt: conversation.lastAccessedAt,
    expiresAt: conversation.expiresAt,
  };
}

export function toViewWithMessages({
  conversation,
  messages,
}: ConversationWithMessages): ConversationWithMessagesView {
  return Object.assign(toView(conversation), { messages });
}
