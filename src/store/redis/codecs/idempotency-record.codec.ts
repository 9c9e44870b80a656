import { IDEMPOTENCY_WINDOW_MS, type IdempotencyClaim } from '../../../domain/idempotency.js';
import type { IdempotencyRecord } from '../../../domain/idempotency-record.js';
import { StoreFaultError } from '../../store.errors.js';
import { toTurn, toTurnStatus } from './turn.codec.js';

/** The part of an idempotency record that its script cannot know: a claim, as arguments of the script. */
export function encodeClaim(idempotency: IdempotencyClaim | undefined): {
  requestHash: string;
  recordTtl: number;
} {
  return { requestHash: idempotency?.requestHash ?? '', recordTtl: IDEMPOTENCY_WINDOW_MS };
}

/**
 * Reads what create.lua and append.lua wrote, `<request hash> <conversation> <first seq> <count>`, or
 * begin-turn.lua and end-turn.lua: `<request hash> <conversation> <user's seq> 1 <turn> <status> <seq of
 * the first reply> <replies>`. A newer process may have written more words, which are ignored.
 * @throws StoreFaultError
 */
export function decodeIdempotencyRecord(record: string): IdempotencyRecord {
  const [requestHash, id, firstSeq, messageCount, turnId, status, replySeq, replyCount] =
    record.split(' ');
  const write = { firstSeq: Number(firstSeq), messageCount: Number(messageCount) };
  if (!requestHash || !id || !Number.isInteger(write.firstSeq + write.messageCount)) {
    throw new StoreFaultError('An idempotency record cannot be read.');
  }
  // The sixth word tells a turn's record from one of a create or an append with more words.
  if (!toTurnStatus(status)) return { requestHash, id, ...write };
  const turn = toTurn(id, { id: turnId, status, userSeq: firstSeq, replySeq, replyCount });
  return { requestHash, id, ...write, turn };
}
