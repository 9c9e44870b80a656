import type { IdempotencyRecord } from '../../domain/idempotency-record.js';
import { StoreFaultError } from '../store.errors.js';
import { decodeTurnStatus, decodeTurnWords } from './turn-words.codec.js';

/*
 * An idempotency record is words: `<request hash> <conversation> <first seq> <count>`, and of a turn
 * `<request hash> <conversation> <user's seq> 1 <turn> <status> <seq of the first reply> <replies>`. The
 * scripts of Redis write the same words: create.lua and append.lua those of a write, begin-turn.lua and
 * end-turn.lua those of a turn.
 */

export function encodeIdempotencyRecord({
  requestHash,
  id,
  firstSeq,
  messageCount,
  turn,
}: IdempotencyRecord): string {
  const words = [requestHash, id, firstSeq, messageCount];
  if (turn) {
    const { seq, count } = turn.replies ?? { seq: 0, count: 0 };
    words.push(turn.id, turn.status, seq, count);
  }
  return words.join(' ');
}

/**
 * Checks what was read and makes a record of it. A newer process may have written more words, which are
 * ignored.
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
  if (!decodeTurnStatus(status)) return { requestHash, id, ...write };
  const words = { id: turnId, status, userSeq: firstSeq, replySeq, replyCount };
  return { requestHash, id, ...write, turn: decodeTurnWords(id, words) };
}
