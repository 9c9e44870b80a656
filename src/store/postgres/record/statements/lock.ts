import { BYTES_OF_FIELDS, BYTES_OF_RECORD } from '../../statements/quota.js';
import { SqlStatement } from '../../statements/statement.js';
import { ago } from '../../statements/time.js';

/*
 * They lock what a save decides by, one row after the other in the order of the arrays: a statement that
 * begins later sees what the others that had a row have written. Each row is looked up by its key, whatever
 * PostgreSQL knows of the tables when it plans.
 */

/** Conversations and tombstones. The sizes are as they are charged to the quota. */
export const LOCK_HEADS = new SqlStatement(
  'record-lock-heads',
  ['owners', 'ids'],
  `SELECT (wanted.position - 1)::int AS position, c.*
   FROM unnest(:owners::text[], :ids::uuid[]) WITH ORDINALITY AS wanted (owner, id, position)
   CROSS JOIN LATERAL (
     SELECT c.status, c.revision, c.message_count, c.created_at, c.bytes::float8 AS bytes,
       (${BYTES_OF_FIELDS})::float8 AS field_bytes, coalesce(octet_length(c.state), 0)::float8 AS state_bytes
     FROM conversations c WHERE c.owner = wanted.owner AND c.id = wanted.id LIMIT 1 FOR UPDATE
   ) AS c`,
);

export const LOCK_RECORDS = new SqlStatement(
  'record-lock-records',
  ['owners', 'keys', 'windowMs'],
  `SELECT (wanted.position - 1)::int AS position, r.*
   FROM unnest(:owners::text[], :keys::text[]) WITH ORDINALITY AS wanted (owner, key, position)
   CROSS JOIN LATERAL (
     SELECT r.record, r.created_at, (${BYTES_OF_RECORD})::float8 AS bytes,
       r.created_at <= ${ago(':windowMs')} AS has_expired
     FROM idempotency_records r WHERE r.owner = wanted.owner AND r.key = wanted.key LIMIT 1 FOR UPDATE
   ) AS r`,
);

/** The messages that are stored from a seq on, `limits` of each conversation at most. */
export const READ_MESSAGES_FROM = new SqlStatement(
  'record-messages-from',
  ['owners', 'ids', 'firstSeqs', 'limits'],
  `SELECT (wanted.position - 1)::int AS position, m.seq, m.body
   FROM unnest(:owners::text[], :ids::uuid[], :firstSeqs::int[], :limits::int[]) WITH ORDINALITY
     AS wanted (owner, id, first_seq, size, position)
   CROSS JOIN LATERAL (
     SELECT seq, body FROM messages
     WHERE owner = wanted.owner AND conversation_id = wanted.id AND seq >= wanted.first_seq
     ORDER BY seq LIMIT wanted.size
   ) AS m`,
);
