import type { IdempotencyRecord } from '../../../domain/idempotency-record.js';
import { StoreFaultError } from '../../store.errors.js';

/** Reads what create.lua and append.lua wrote: `<request hash> <id> <first seq> <count>`. */
export function decodeIdempotencyRecord(outcome: string): IdempotencyRecord {
  const [requestHash, id, firstSeq, messageCount] = outcome.split(' ');
  const write = { firstSeq: Number(firstSeq), messageCount: Number(messageCount) };
  if (!requestHash || !id || !Number.isInteger(write.firstSeq + write.messageCount)) {
    throw new StoreFaultError('The outcome of an idempotent write cannot be read.');
  }
  return { requestHash, id, ...write };
}
