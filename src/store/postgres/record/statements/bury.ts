import { SqlStatement } from '../../statements/statement.js';
import { NOW } from '../../statements/time.js';
import { RECORD_PARAMETERS, RECORDED } from './save.js';

/**
 * Makes tombstones of conversations of one owner, where they are newer, and saves records. `ids` are in the
 * order in which rows are locked, and `lockedIds` those of them that have a row: the messages of a row that a
 * flush makes meanwhile cannot be seen here. Returns how many were made: it must be all, or what was decided by
 * is not there any more.
 */
export const BURY = new SqlStatement(
  'record-bury',
  [
    'owner',
    'ids',
    'revisions',
    'lockedIds',
    'addedConversations',
    'addedBytes',
    ...RECORD_PARAMETERS,
  ],
  `WITH moment AS MATERIALIZED (SELECT ${NOW} AS now), head AS (
    INSERT INTO conversations AS c (owner, id, status, metadata, message_count, version, revision,
      created_at, updated_at, accessed_at, bytes, state_version)
    SELECT :owner::text, t.id, 'deleted', '{}', 0, 0, t.revision, now, now, now, 0, 0
    FROM unnest(:ids::uuid[], :revisions::int[]) AS t (id, revision), moment
    ON CONFLICT (owner, id) DO UPDATE SET status = excluded.status, title = NULL, external_id = NULL,
      metadata = excluded.metadata, message_count = 0, leaf_seq = NULL, branches = '', forked_from = NULL, version = 0, revision = excluded.revision,
      updated_at = excluded.updated_at, accessed_at = excluded.accessed_at, bytes = 0, state = NULL,
      state_version = 0, turns = NULL
      WHERE c.revision < excluded.revision AND c.id = ANY (:lockedIds::uuid[])
    RETURNING owner, id
  ), gone_messages AS (
    DELETE FROM messages USING head
    WHERE messages.owner = head.owner AND messages.conversation_id = head.id
  ), gone_events AS (
    DELETE FROM turn_events USING head
    WHERE turn_events.owner = head.owner AND turn_events.conversation_id = head.id
  ), ${RECORDED}, counted AS (
    UPDATE owners SET conversations = owners.conversations + :addedConversations::int,
      bytes = owners.bytes + :addedBytes::bigint
    WHERE owners.owner = :owner AND (:addedConversations::int <> 0 OR owners.bytes IS NOT NULL)
  ) SELECT count(*)::int AS buried FROM head`,
);
