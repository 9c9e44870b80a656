import { NOT_DELETED } from '../../statements/load.js';
import { SqlStatement } from '../../statements/statement.js';
import { ago, NOW } from '../../statements/time.js';

/** Of conversations and tombstones, by their position in the arrays. */
export const READ_REVISIONS = new SqlStatement(
  'record-revisions',
  ['owners', 'ids'],
  `SELECT (wanted.position - 1)::int AS position, c.status, c.revision
   FROM unnest(:owners::text[], :ids::uuid[]) WITH ORDINALITY AS wanted (owner, id, position)
   CROSS JOIN LATERAL (
     SELECT status, revision FROM conversations WHERE owner = wanted.owner AND id = wanted.id LIMIT 1
   ) AS c`,
);

export const READ_LIVING = new SqlStatement(
  'record-living',
  ['owner', 'ttlMs'],
  `SELECT c.id, c.revision, coalesce(c.accessed_at < ${ago(':ttlMs')}, false) AS has_expired
   FROM conversations c WHERE c.owner = :owner AND ${NOT_DELETED}`,
);

export const FIND_RECORD = new SqlStatement(
  'record-find-record',
  ['owner', 'key'],
  `SELECT r.record, extract(epoch FROM ${NOW} - r.created_at)::float8 * 1000 AS age_ms
   FROM idempotency_records r WHERE r.owner = :owner AND r.key = :key`,
);

export const COUNT_CONVERSATIONS = new SqlStatement(
  'record-count-conversations',
  ['owner'],
  'SELECT o.conversations FROM owners o WHERE o.owner = :owner',
);

/** Of the conversations that have not expired. */
export const COUNT_OWNER_BYTES = new SqlStatement(
  'record-count-bytes',
  ['owner', 'ttlMs'],
  `SELECT coalesce(sum(c.bytes), 0)::float8 AS bytes FROM conversations c
   WHERE c.owner = :owner AND ${NOT_DELETED}
     AND (:ttlMs::float8 IS NULL OR c.accessed_at >= ${ago(':ttlMs')})`,
);
