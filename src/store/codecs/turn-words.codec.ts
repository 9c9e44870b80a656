import type { Turn, TurnStatus } from '../../domain/turn.js';
import { StoreFaultError } from '../store.errors.js';

const STATUSES: readonly TurnStatus[] = ['running', 'completed', 'cancelled', 'failed'];

/** A word that a store holds of a turn, before it is checked. */
type Word = string | number | null | undefined;

export function decodeTurnStatus(word: Word): TurnStatus | undefined {
  return STATUSES.find((known) => known === word);
}

/**
 * Checks the words of a turn. A `replyCount` of 0 says that it has no replies.
 * @throws StoreFaultError
 */
export function decodeTurnWords(
  conversationId: string,
  words: Readonly<Record<'id' | 'status' | 'userSeq' | 'replySeq' | 'replyCount', Word>>,
): Turn {
  const { id } = words;
  const status = decodeTurnStatus(words.status);
  const [userSeq, seq, count] = [words.userSeq, words.replySeq, words.replyCount].map(Number);
  if (typeof id !== 'string' || !status || !userSeq || seq === undefined || count === undefined) {
    throw new StoreFaultError('A turn cannot be read.');
  }
  return { id, conversationId, status, userSeq, ...(count > 0 && { replies: { seq, count } }) };
}
