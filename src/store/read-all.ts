import type { ConversationWithMessages } from '../domain/conversation.js';
import type { IdempotencyRecord } from '../domain/idempotency-record.js';
import type { Message } from '../domain/message.js';
import type { Owner } from '../domain/owner.js';
import type { ConversationStore } from './conversation-store.js';

/**
 * Reads all messages of one write, however many pages they take: a repeated request gets the answer to
 * the first one, and no part of it.
 * @throws ConversationNotFoundError, ConversationDamagedError
 */
export async function readAll(
  store: Pick<ConversationStore, 'read'>,
  owner: Owner,
  { id, firstSeq, messageCount }: Pick<IdempotencyRecord, 'id' | 'firstSeq' | 'messageCount'>,
): Promise<ConversationWithMessages> {
  const messages: Message[] = [];
  for (;;) {
    const after = firstSeq - 1 + messages.length;
    const limit = messageCount - messages.length;
    // The messages of one write follow each other, whatever branch is active by now.
    const page = await store.read(owner, id, { limit, from: { after }, branch: 'all' });
    messages.push(...page.messages);
    // A page without a message comes of a record that is wrong, and would come for ever.
    if (messages.length >= messageCount || page.messages.length === 0) {
      return { conversation: page.conversation, messages };
    }
  }
}
