import { IdempotencyMismatchError } from './conversation.errors.js';
import type { Conversation } from './conversation.js';
import type { IdempotencyClaim } from './idempotency.js';
import type { Turn } from './turn.js';

/** What a store holds under the idempotency key of a write: enough to read the first answer again. */
export interface IdempotencyRecord {
  readonly requestHash: string;
  /** The id of the conversation. */
  readonly id: string;
  /** The seq of the first message that the write stored. */
  readonly firstSeq: number;
  readonly messageCount: number;
  /** Only of a turn: how the turn stood when the record was written. */
  readonly turn?: Turn;
}

/** The record of a create or an append: `conversation` is the one after it. */
export function recordWrite(
  { requestHash }: IdempotencyClaim,
  { id, messageCount: total }: Conversation,
  messageCount: number,
): IdempotencyRecord {
  return { requestHash, id, firstSeq: total - messageCount + 1, messageCount };
}

/** @throws IdempotencyMismatchError when another request was made under the key */
export function assertSameRequest(record: IdempotencyRecord, claim: IdempotencyClaim): void {
  const { requestHash } = record;
  if (requestHash === claim.requestHash || claim.formerHashes?.includes(requestHash)) return;
  throw new IdempotencyMismatchError();
}
