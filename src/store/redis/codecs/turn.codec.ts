import type { Turn, TurnEvent, TurnStatus } from '../../../domain/turn.js';
import { StoreFaultError } from '../../store.errors.js';
import type { Fields } from './script-reply.js';

const STATUSES: readonly TurnStatus[] = ['running', 'completed', 'cancelled', 'failed'];

/** The fields of a turn in the order in which shared/turn.lua loads them. */
export function decodeTurn(conversationId: string, fields: Fields): Turn {
  const [id, status, userSeq, replySeq, replyCount] = fields;
  return toTurn({ conversationId, id, status, userSeq, replySeq, replyCount });
}

/**
 * What begin-turn.lua and end-turn.lua remember under an idempotency key, behind what every write
 * remembers: `<request hash> <conversation> <user's seq> 1 <turn> <status> <seq> <count>`.
 */
export function decodeTurnRecord(outcome: string): Turn {
  const [, conversationId = '', userSeq, , id, status, replySeq, replyCount] = outcome.split(' ');
  return toTurn({ conversationId, id, status, userSeq, replySeq, replyCount });
}

export function decodeEvents(flat: readonly string[]): TurnEvent[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => ({
    seq: Number(flat[2 * i]),
    data: flat[2 * i + 1] as string,
  }));
}

type Field = Fields[number] | undefined;

function toTurn(
  fields: Readonly<Record<'id' | 'status' | 'userSeq' | 'replySeq' | 'replyCount', Field>> & {
    readonly conversationId: string;
  },
): Turn {
  const { conversationId, id } = fields;
  const status = STATUSES.find((known) => known === fields.status);
  const [userSeq, seq, count] = [fields.userSeq, fields.replySeq, fields.replyCount].map(Number);
  if (typeof id !== 'string' || !status || !userSeq || seq === undefined || count === undefined) {
    throw new StoreFaultError('A turn cannot be read.');
  }
  return { id, conversationId, status, userSeq, ...(count > 0 && { replies: { seq, count } }) };
}
