import type { Turn } from '../../../domain/turn.js';
import { decodeTurnWords } from '../../codecs/turn-words.codec.js';
import type { Fields } from './script-reply.js';

/**
 * Checks the fields of a turn, in the order in which load-turn.lua reads them.
 * @throws StoreFaultError
 */
export function decodeTurn(conversationId: string, fields: Fields): Turn {
  const [id, status, userSeq, replySeq, replyCount] = fields;
  return decodeTurnWords(conversationId, { id, status, userSeq, replySeq, replyCount });
}
