import { withBranches } from '../../../domain/branches.js';
import type { BranchedConversation } from '../../../domain/conversation.js';
import type { Message, NewMessage } from '../../../domain/message.js';
import { encodeMessage, stampMessage } from '../../codecs/message.codec.js';
import type { ConversationSealing } from '../../sealing/conversation-sealing.js';
import { toMessage } from '../../to-message.js';

/** The bodies of messages that are stored at this time. No body has a line feed: JSON escapes it. */
export function encodeBodies(
  drafts: readonly NewMessage[],
  createdAt: Date,
  sealing: ConversationSealing,
): string[] {
  return drafts.map((draft) => stampMessage(encodeMessage(draft, sealing), createdAt));
}

/** The messages that a write has stored last. `after` is the conversation after it. */
export function storedMessages(
  drafts: readonly NewMessage[],
  after: BranchedConversation,
): readonly Message[] {
  const { messageCount, updatedAt: createdAt } = after;
  const firstSeq = messageCount - drafts.length + 1;
  const messages = drafts.map((draft, i) => toMessage(draft, { seq: firstSeq + i, createdAt }));
  return withBranches(messages, after);
}
