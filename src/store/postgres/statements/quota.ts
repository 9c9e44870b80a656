import { CONVERSATION_ROW_BYTES, RECORD_ROW_BYTES } from '../codecs/quota-bytes.js';
import { SqlStatement } from './statement.js';

/** The size of an idempotency record of the table alias `r`, with about what its row takes besides. */
export const BYTES_OF_RECORD = `octet_length(r.key) + octet_length(r.record) + ${RECORD_ROW_BYTES}`;

/** A conversation of the table alias `c` without its messages and its working state: as `bytesOfFields` counts. */
export const BYTES_OF_FIELDS = `${CONVERSATION_ROW_BYTES} + octet_length(c.metadata)
  + coalesce(octet_length(c.title), 0) + coalesce(octet_length(c.external_id), 0)`;

/** What COUNT_BYTES counts must be all that is charged until it commits. */
export const LOCK_OWNER = new SqlStatement(
  'lock-owner',
  ['owner'],
  'SELECT 1 AS locked FROM owners WHERE owner = :owner FOR UPDATE',
);

/** Counts what an owner stores, where nobody has counted it since the quota was set. */
export const COUNT_BYTES = new SqlStatement(
  'count-bytes',
  ['owner'],
  `UPDATE owners SET bytes = coalesce(bytes,
     (SELECT coalesce(sum(c.bytes), 0) FROM conversations c WHERE c.owner = :owner) +
     (SELECT coalesce(sum(${BYTES_OF_RECORD}), 0) FROM idempotency_records r WHERE r.owner = :owner))
   WHERE owner = :owner
   RETURNING bytes::float8 AS bytes`,
);
