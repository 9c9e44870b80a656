import type { Conversation } from '../../../domain/conversation.js';
import { recordWrite } from '../../../domain/idempotency-record.js';
import type { IdempotencyClaim } from '../../../domain/idempotency.js';
import { encodeIdempotencyRecord } from '../../codecs/idempotency-record.codec.js';
import { bytesOfRecord } from './quota-bytes.js';

/** The idempotency record of a write. */
export interface WriteRecord {
  readonly key: string;
  readonly record: string;
  readonly bytes: number;
}

/** Undefined for a write without a claim. */
export function recordOfWrite(
  claim: IdempotencyClaim | undefined,
  after: Conversation,
  messageCount: number,
): WriteRecord | undefined {
  if (!claim) return undefined;
  const { key } = claim;
  const record = encodeIdempotencyRecord(recordWrite(claim, after, messageCount));
  return { key, record, bytes: bytesOfRecord(key, record) };
}
