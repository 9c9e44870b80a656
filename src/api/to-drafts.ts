import type { MessageDraft } from '../messages/message-draft.js';
import type { NewMessageDto } from './message.dto.js';

export function toDrafts(messages: readonly NewMessageDto[]): MessageDraft[] {
  return messages.map(toDraft);
}

/** The message in the form in which it is stored: a text becomes a text part. */
export function toDraft({ role, content, parts, metadata }: NewMessageDto): MessageDraft {
  return {
    role,
    parts: parts ?? [{ type: 'text', text: content ?? '' }],
    ...(metadata !== undefined && { metadata }),
  };
}
