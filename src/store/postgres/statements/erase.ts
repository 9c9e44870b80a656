import { NOT_DELETED } from './load.js';
import { SqlStatement } from './statement.js';
import { ago, NOW } from './time.js';

/** What goes with the conversations in `head`, which have `owner`, `id` and `bytes`. */
const WITH_HEADS = `, gone_messages AS (
    DELETE FROM messages USING head
    WHERE messages.owner = head.owner AND messages.conversation_id = head.id
  ), gone_events AS (
    DELETE FROM turn_events USING head
    WHERE turn_events.owner = head.owner AND turn_events.conversation_id = head.id
  ), discharged AS (
    UPDATE owners SET conversations = conversations - gone.count, bytes = owners.bytes - gone.bytes
    FROM (SELECT owner, count(*) AS count, sum(bytes) AS bytes FROM head GROUP BY owner) AS gone
    WHERE owners.owner = gone.owner
  )`;

/**
 * Rows that one statement deletes at most. PostgreSQL plans a statement for all values of its parameters, and
 * would read the whole table for an unknown limit.
 */
export const BATCH = 500;

/** Messages that one statement deletes at most, unless a single conversation has more. */
export const WORK = 2_000;

/** The first of these conversations, as many as one statement can delete in little time. */
export function batchOf(condition: string, order: string): string {
  return `
    SELECT owner, id, revision FROM (
      SELECT owner, id, revision, message_count,
        sum(message_count) OVER (ORDER BY position, owner, id) AS total
      FROM (
        SELECT owner, id, revision, message_count, ${order} AS position FROM conversations c
        WHERE ${condition} AND ${NOT_DELETED} ORDER BY ${order} LIMIT ${BATCH}
      ) AS wanted
    ) AS counted
    WHERE total <= ${WORK} OR total = message_count`;
}

/**
 * Deletes those of some conversations that nothing has changed since they were selected. A statement
 * sees the messages that were there when it began: without the revision, those of an append that
 * commits meanwhile would be left behind.
 */
export function deletion(victims: string): string {
  return `victims AS (${victims}), head AS (
    DELETE FROM conversations USING victims
    WHERE conversations.owner = victims.owner AND conversations.id = victims.id
      AND conversations.revision = victims.revision
    RETURNING conversations.owner, conversations.id, conversations.bytes, conversations.accessed_at
  )${WITH_HEADS}`;
}

/** One conversation at a revision. One row when it was deleted. */
export const DELETE = new SqlStatement(
  'delete',
  ['owner', 'id', 'revision'],
  `WITH head AS (
    DELETE FROM conversations WHERE owner = :owner AND id = :id AND revision = :revision
    RETURNING owner, id, bytes
  )${WITH_HEADS} SELECT 1 AS deleted FROM head`,
);

/**
 * So many conversations that an owner had at a time, now when it is null: that time, how many there were,
 * and how many of them were deleted that had not expired.
 */
export const ERASE = new SqlStatement(
  'erase',
  ['owner', 'until', 'ttlMs'],
  `WITH moment AS MATERIALIZED (SELECT coalesce(:until::timestamptz, ${NOW}) AS until), ${deletion(
    batchOf('owner = :owner AND created_at <= (SELECT until FROM moment)', 'id'),
  )}
  SELECT (SELECT until FROM moment) AS until, (SELECT count(*)::int FROM victims) AS victims, count(*) FILTER (
    WHERE :ttlMs::float8 IS NULL OR accessed_at >= ${ago(':ttlMs')}
  )::int AS deleted FROM head`,
);

/**
 * What is left of an owner after its conversations. Where others have been created meanwhile, somebody has
 * to count the bytes again.
 */
export const ERASE_REST = new SqlStatement(
  'erase-rest',
  ['owner'],
  `WITH gone AS (
    DELETE FROM idempotency_records WHERE owner = :owner
  ), staying AS (
    UPDATE owners SET bytes = NULL WHERE owner = :owner AND conversations > 0
  ) DELETE FROM owners WHERE owner = :owner AND conversations = 0`,
);

/** Conversations of one owner that have expired. */
export const PRUNE = new SqlStatement(
  'prune',
  ['owner', 'ttlMs'],
  `WITH ${deletion(batchOf(`owner = :owner AND accessed_at < ${ago(':ttlMs')}`, 'accessed_at'))}
  SELECT count(*)::int AS deleted FROM head`,
);
