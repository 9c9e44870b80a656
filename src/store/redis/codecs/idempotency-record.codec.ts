import type { IdempotencyRecord } from '../../../domain/idempotency-record.js';
import { StoreFaultError } from '../../store.errors.js';
import { decodeTurnRecord } from './turn.codec.js';

/** Words of the record of a write that is no turn: see {@link decodeTurnRecord} for a turn's. */
const WORDS = 4;

/** Reads what the scripts wrote: `<request hash> <id> <first seq> <count>`, and of a turn more. */
export function decodeIdempotencyRecord(outcome: string): IdempotencyRecord {
  const words = outcome.split(' ');
  const [requestHash, id, firstSeq, messageCount] = words;
  const write = { firstSeq: Number(firstSeq), messageCount: Number(messageCount) };
  if (!requestHash || !id || !Number.isInteger(write.firstSeq + write.messageCount)) {
    throw new StoreFaultError('The outcome of an idempotent write cannot be read.');
  }
  if (words.length === WORDS) return { requestHash, id, ...write };
  return { requestHash, id, ...write, turn: decodeTurnRecord(outcome) };
}
