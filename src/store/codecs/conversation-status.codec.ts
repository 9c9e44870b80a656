import { CONVERSATION_STATUSES, type ConversationStatus } from '../../domain/conversation.js';

/** @throws TypeError */
export function decodeStatus(word: string | undefined): ConversationStatus {
  const status = CONVERSATION_STATUSES.find((known) => known === word);
  if (!status) throw new TypeError('Unknown status.');
  return status;
}
