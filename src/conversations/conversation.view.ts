import type { Conversation, ConversationWithMessages } from '../domain/conversation.js';
import type { Message } from '../domain/message.js';
import { toIsoTime } from '../http/iso-time.js';
import type {
  ConversationView,
  ConversationWithMessagesView,
  MessageView,
} from './dto/answers.dto.js';

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
    createdAt: toIsoTime(conversation.createdAt),
    updatedAt: toIsoTime(conversation.updatedAt),
    lastAccessedAt: toIsoTime(conversation.lastAccessedAt),
    expiresAt: toIsoTime(conversation.expiresAt),
  };
}

/** A message as an answer shows it. */
export function toMessageView(message: Message): MessageView {
  return {
    id: message.id,
    seq: message.seq,
    role: message.role,
    parts: message.parts,
    ...(message.metadata !== undefined && { metadata: message.metadata }),
    createdAt: toIsoTime(message.createdAt),
  };
}

export function toViewWithMessages({
  conversation,
  messages,
}: ConversationWithMessages): ConversationWithMessagesView {
  return Object.assign(toView(conversation), { messages: messages.map(toMessageView) });
}
