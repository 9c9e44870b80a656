import { BATCH, batchOf, deletion } from './erase.js';
import { BYTES_OF_RECORD } from './quota.js';
import { SqlStatement } from './statement.js';
import { ago } from './time.js';

/*
 * One batch of a purge each. The lock is that of the statement: one process purges at a time, and one
 * that stops holds nothing back.
 */
const LOCK = 'lock AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(:lock::bigint) AS is_held)';
const LOCKED = '(SELECT is_held FROM lock)';
const OLDER = ago(':ms');
const PARAMETERS = ['lock', 'ms'] as const;

/** What a batch returns. */
export interface PurgedRow {
  readonly deleted: number;
  readonly victims: number;
}

/** Conversations whose last access is older. One that is accessed meanwhile has another revision, and stays. */
export const PURGE_CONVERSATIONS = new SqlStatement(
  'purge-conversations',
  PARAMETERS,
  `WITH ${LOCK}, ${deletion(batchOf(`${LOCKED} AND accessed_at < ${OLDER}`, 'accessed_at'))}
  SELECT count(*)::int AS deleted, (SELECT count(*)::int FROM victims) AS victims FROM head`,
);

/** Tombstones, which nothing counts. */
export const PURGE_TOMBSTONES = new SqlStatement(
  'purge-tombstones',
  PARAMETERS,
  `WITH ${LOCK}, victims AS (
    SELECT owner, id, revision FROM conversations
    WHERE ${LOCKED} AND status = 'deleted' AND accessed_at < ${OLDER} ORDER BY accessed_at LIMIT ${BATCH}
  ), gone AS (
    DELETE FROM conversations AS c USING victims
    WHERE c.owner = victims.owner AND c.id = victims.id AND c.revision = victims.revision
    RETURNING 1
  ) SELECT count(*)::int AS deleted, (SELECT count(*)::int FROM victims) AS victims FROM gone`,
);

export const PURGE_RECORDS = new SqlStatement(
  'purge-records',
  PARAMETERS,
  `WITH ${LOCK}, victims AS (
    SELECT owner, key FROM idempotency_records
    WHERE ${LOCKED} AND created_at < ${OLDER} ORDER BY created_at LIMIT ${BATCH}
  ), gone AS (
    DELETE FROM idempotency_records AS r USING victims
    WHERE r.owner = victims.owner AND r.key = victims.key AND r.created_at < ${OLDER}
    RETURNING r.owner, ${BYTES_OF_RECORD} AS bytes
  ), discharged AS (
    UPDATE owners SET bytes = owners.bytes - sums.bytes
    FROM (SELECT owner, sum(bytes) AS bytes FROM gone GROUP BY owner) AS sums
    WHERE owners.owner = sums.owner AND owners.bytes IS NOT NULL
  ) SELECT count(*)::int AS deleted, count(*)::int AS victims FROM gone`,
);

export const PURGE_EVENTS = new SqlStatement(
  'purge-events',
  PARAMETERS,
  `WITH ${LOCK}, victims AS (
    SELECT owner, conversation_id, turn_id, seq FROM turn_events
    WHERE ${LOCKED} AND created_at < ${OLDER} ORDER BY created_at LIMIT ${BATCH}
  ), gone AS (
    DELETE FROM turn_events AS e USING victims
    WHERE e.owner = victims.owner AND e.conversation_id = victims.conversation_id
      AND e.turn_id = victims.turn_id AND e.seq = victims.seq
    RETURNING 1
  ) SELECT count(*)::int AS deleted, count(*)::int AS victims FROM gone`,
);

/** The rows of owners that have nothing any more. A create that comes meanwhile keeps its row. */
export const PURGE_OWNERS = new SqlStatement(
  'purge-owners',
  ['lock'],
  `WITH ${LOCK}, victims AS (
    SELECT owner FROM owners WHERE ${LOCKED} AND conversations = 0 LIMIT ${BATCH}
  ), gone AS (
    DELETE FROM owners USING victims
    WHERE owners.owner = victims.owner AND owners.conversations = 0 RETURNING 1
  ) SELECT count(*)::int AS deleted, count(*)::int AS victims FROM gone`,
);

/** The counts of windows that have ended. One that begins anew meanwhile stays. */
export const PURGE_COUNTS = new SqlStatement(
  'purge-counts',
  PARAMETERS,
  `WITH ${LOCK}, victims AS (
    SELECT owner, window_seconds FROM request_counts
    WHERE ${LOCKED} AND ends_at < ${OLDER} ORDER BY ends_at LIMIT ${BATCH}
  ), gone AS (
    DELETE FROM request_counts AS r USING victims
    WHERE r.owner = victims.owner AND r.window_seconds = victims.window_seconds AND r.ends_at < ${OLDER}
    RETURNING 1
  ) SELECT count(*)::int AS deleted, count(*)::int AS victims FROM gone`,
);

/** Without a quota nobody counts, so what was counted under an earlier one is wrong. */
export const FORGET_BYTES = new SqlStatement(
  'forget-bytes',
  ['lock'],
  `WITH ${LOCK}, victims AS (
    SELECT owner FROM owners WHERE ${LOCKED} AND bytes IS NOT NULL LIMIT ${BATCH}
  ), forgotten AS (
    UPDATE owners SET bytes = NULL FROM victims WHERE owners.owner = victims.owner RETURNING 1
  ) SELECT count(*)::int AS deleted, count(*)::int AS victims FROM forgotten`,
);
