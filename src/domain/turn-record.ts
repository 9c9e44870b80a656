import { IdempotencyMismatchError } from './conversation.errors.js';
import { assertSameRequest, type IdempotencyRecord } from './idempotency-record.js';
import type { IdempotencyClaim } from './idempotency.js';
import type { Turn } from './turn.js';

/** What is stored under the idempotency key of a turn when it begins and when it ends. */
export function recordTurn({ requestHash }: IdempotencyClaim, turn: Turn): IdempotencyRecord {
  return {
    requestHash,
    id: turn.conversationId,
    firstSeq: turn.userSeq,
    messageCount: 1,
    turn,
  };
}

/**
 * The turn that a record answers with: as it stands if it is the latest turn of the conversation, and
 * otherwise as it was when the record was written. A turn that was running then has failed: another
 * turn has begun since.
 * @throws IdempotencyMismatchError when another request was made under the key
 */
export function recallTurn(
  record: IdempotencyRecord,
  claim: IdempotencyClaim,
  conversationId: string,
  latest: Turn | undefined,
): Turn {
  assertSameRequest(record, claim);
  const { id, turn } = record;
  if (!turn || id !== conversationId) throw new IdempotencyMismatchError();
  if (latest?.id === turn.id) return latest;
  return turn.status === 'running' ? { ...turn, status: 'failed' } : turn;
}
