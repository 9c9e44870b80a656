import type { NewMessageDto } from './dto/new-message.dto.js';
import type { MessageDraft } from './conversations.service.js';

/** Messages as they are stored: a text becomes a text part. */
export function toDrafts(messages: readonly NewMessageDto[]): MessageDraft[] {
  return messages.map(({ role, content, parts, metadata }) => ({
    role,
    parts: parts ?? [{ type: 'text', text: content ?? '' }],
    ...(metadata !== undefined && { metadata }),
  }));
}
