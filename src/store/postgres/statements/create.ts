import { SqlStatement } from './statement.js';

const COLUMNS = [
  'owner',
  'id',
  'maxConversations',
  'createdAt',
  'title',
  'externalId',
  'metadata',
  'messageCount',
  'bytes',
  'chargedBytes',
  'bodies',
] as const;

/**
 * Counts the conversation of the owner, and stores it with its messages. No row: the owner is at the
 * cap, and nothing was stored.
 */
const CREATE_TEXT = `
  WITH counted AS (
    INSERT INTO owners (owner, conversations) VALUES (:owner, 1)
    ON CONFLICT (owner) DO UPDATE
      SET conversations = owners.conversations + 1, bytes = owners.bytes + :chargedBytes::bigint
      WHERE owners.conversations < :maxConversations
    RETURNING owner
  ), head AS (
    INSERT INTO conversations (owner, id, status, title, external_id, metadata, message_count, version,
      revision, created_at, updated_at, accessed_at, bytes, state_version)
    SELECT owner, :id, 'active', :title, :externalId, :metadata, :messageCount::int, 1, 1,
      :createdAt::timestamptz, :createdAt::timestamptz, :createdAt::timestamptz, :bytes::bigint, 0
    FROM counted RETURNING owner, id
  ), added AS (
    INSERT INTO messages (owner, conversation_id, seq, body)
    SELECT head.owner, head.id, new.seq, new.body
    FROM head, unnest(string_to_array(:bodies, E'\\n')) WITH ORDINALITY AS new (body, seq)
  )`;

export const CREATE = new SqlStatement(
  'create',
  COLUMNS,
  `${CREATE_TEXT} SELECT 1 AS written FROM head`,
);

/** Makes room for a conversation whose id has a tombstone. One row when there was one. */
export const DELETE_TOMBSTONE = new SqlStatement(
  'delete-tombstone',
  ['owner', 'id'],
  `DELETE FROM conversations WHERE owner = :owner AND id = :id AND status = 'deleted'
   RETURNING 1 AS deleted`,
);

/** A unique violation of `idempotency_records_pkey`: another request has stored the key meanwhile. */
export const CREATE_ONCE = new SqlStatement(
  'create-once',
  [...COLUMNS, 'key', 'record'],
  `${CREATE_TEXT}, recorded AS (
    INSERT INTO idempotency_records (owner, key, record, created_at)
    SELECT owner, :key, :record, :createdAt::timestamptz FROM head
  ) SELECT 1 AS written FROM head`,
);
