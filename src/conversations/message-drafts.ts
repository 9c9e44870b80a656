import type { NewMessageDto } from './dto/new-message.dto.js';
import type { MessageDraft } from './message-writes.js';

/** Messages as they are stored: a text becomes a text part. */
export function toDrafts(messages: readonly NewMessageDto[]): MessageDraft[] {
  return messages.map(toDraft);
}

export function toDraft({ role, content, parts, metadata }: NewMessageDto): MessageDraft {
  return {
    role,
    parts: parts ?? [{ type: 'text', text: content ?? '' }],
    ...(metadata !== undefined && { metadata }),
  };
}
