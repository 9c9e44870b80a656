import type { Turn, TurnStatus } from '../../../domain/turn.js';
import { StoreFaultError } from '../../store.errors.js';
import type { Fields } from './script-reply.js';

const STATUSES: readonly TurnStatus[] = ['running', 'completed', 'cancelled', 'failed'];

/**
 * Checks the fields of a turn, in the order in which load-turn.lua reads them.
 * @throws StoreFaultError
 */
export function decodeTurn(conversationId: string, fields: Fields): Turn {
  const [id, status, userSeq, replySeq, replyCount] = fields;
  return toTurn(conversationId, { id, status, userSeq, replySeq, replyCount });
}

type Field = Fields[number] | undefined;

export function toTurnStatus(word: Field): TurnStatus | undefined {
  return STATUSES.find((known) => known === word);
}

/** @throws StoreFaultError */
export function toTurn(
  conversationId: string,
  fields: Readonly<Record<'id' | 'status' | 'userSeq' | 'replySeq' | 'replyCount', Field>>,
): Turn {
  const { id } = fields;
  const status = toTurnStatus(fields.status);
  const [userSeq, seq, count] = [fields.userSeq, fields.replySeq, fields.replyCount].map(Number);
  if (typeof id !== 'string' || !status || !userSeq || seq === undefined || count === undefined) {
    throw new StoreFaultError('A turn cannot be read.');
  }
  return { id, conversationId, status, userSeq, ...(count > 0 && { replies: { seq, count } }) };
}
