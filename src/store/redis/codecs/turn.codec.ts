import type { Turn, TurnInput } from '../../../domain/turn.js';
import { encodeMessage } from '../../codecs/message.codec.js';
import { decodeTurnWords } from '../../codecs/turn-words.codec.js';
import type { ConversationSealing } from '../../sealing/conversation-sealing.js';
import type { Fields } from './script-reply.js';

/**
 * Checks the fields of a turn, in the order in which load-turn.lua reads them.
 * @throws StoreFaultError
 */
export function decodeTurn(conversationId: string, fields: Fields): Turn {
  const [id, status, userSeq, replySeq, replyCount] = fields;
  return decodeTurnWords(conversationId, { id, status, userSeq, replySeq, replyCount });
}

/** What a turn answers, as arguments of begin-turn.lua. */
export function encodeInput(
  input: TurnInput,
  sealing: ConversationSealing,
): {
  message: string;
  parentSeq: number | '';
  supersedes: number | '';
  regenerate: number | '';
} {
  if ('regenerate' in input) {
    return { message: '', parentSeq: '', supersedes: '', regenerate: input.regenerate };
  }
  return {
    message: encodeMessage(input.message, sealing),
    parentSeq: 'supersedes' in input ? '' : (input.parentSeq ?? ''),
    supersedes: 'supersedes' in input ? input.supersedes : '',
    regenerate: '',
  };
}
