import type { Conversation } from '../../../domain/conversation.js';
import type { Message, NewMessage } from '../../../domain/message.js';
import { encodeMessage, stampMessage } from '../../codecs/message.codec.js';
import { toMessage } from '../../to-message.js';

/** The bodies of messages that are stored at this time. No body has a line feed: JSON escapes it. */
export function encodeBodies(drafts: readonly NewMessage[], createdAt: Date): string[] {
  return drafts.map((draft) => stampMessage(encodeMessage(draft), createdAt));
}

/** The messages that a write has stored. `after` is the conversation after it. */
export function storedMessages(
  drafts: readonly NewMessage[],
  { messageCount, updatedAt: createdAt }: Conversation,
): Message[] {
  const firstSeq = messageCount - drafts.length + 1;
  return drafts.map((draft, i) => toMessage(draft, { seq: firstSeq + i, createdAt }));
}
