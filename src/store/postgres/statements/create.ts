import { SqlStatement } from './statement.js';

/** The parameters of every {@link creation}. */
export const CREATION_PARAMETERS = [
  'owner',
  'id',
  'maxConversations',
  'createdAt',
  'title',
  'metadata',
  'messageCount',
  'bytes',
  'chargedBytes',
] as const;

/** What a creation has besides, in SQL. */
interface CreationParts {
  /** Where nothing is stored unless it holds. */
  readonly condition?: string;
  readonly externalId?: string;
  readonly forkedFrom?: string;
  /** Selects `seq` and `body`. Absent: there are none, or they were added before. */
  readonly messages?: string;
}

/**
 * Counts the conversation of the owner, and stores it with its messages. No row: the owner is at the
 * cap, or the condition does not hold, and nothing was stored.
 */
export function creation({
  condition = 'true',
  externalId = 'NULL',
  forkedFrom = 'NULL',
  messages,
}: CreationParts): string {
  return `
  WITH counted AS (
    INSERT INTO owners (owner, conversations) SELECT :owner::text, 1 WHERE ${condition}
    ON CONFLICT (owner) DO UPDATE
      SET conversations = owners.conversations + 1, bytes = owners.bytes + :chargedBytes::bigint
      WHERE owners.conversations < :maxConversations
    RETURNING owner
  ), head AS (
    INSERT INTO conversations (owner, id, status, title, external_id, forked_from, metadata, message_count,
      version, revision, created_at, updated_at, accessed_at, bytes, state_version)
    SELECT owner, :id, 'active', :title, ${externalId}, ${forkedFrom}, :metadata, :messageCount::int,
      1, 1, :createdAt::timestamptz, :createdAt::timestamptz, :createdAt::timestamptz, :bytes::bigint, 0
    FROM counted RETURNING owner, id
  )${messages === undefined ? '' : addition(messages)}`;
}

function addition(messages: string): string {
  return `, added AS (
    INSERT INTO messages (owner, conversation_id, seq, body)
    SELECT head.owner, head.id, new.seq, new.body FROM head, (${messages}) AS new
  )`;
}

/** The parameters of {@link RECORDED_CREATION}. */
export const RECORD_PARAMETERS = ['key', 'record'] as const;

/** A unique violation of `idempotency_records_pkey`: another request has stored the key meanwhile. */
export const RECORDED_CREATION = `, recorded AS (
    INSERT INTO idempotency_records (owner, key, record, created_at)
    SELECT owner, :key, :record, :createdAt::timestamptz FROM head
  )`;

const COLUMNS = [...CREATION_PARAMETERS, 'externalId', 'bodies'] as const;

const CREATE_TEXT = creation({
  externalId: ':externalId',
  messages: `SELECT seq, body
    FROM unnest(string_to_array(:bodies, E'\\n')) WITH ORDINALITY AS bodies (body, seq)`,
});

export const CREATE = new SqlStatement(
  'create',
  COLUMNS,
  `${CREATE_TEXT} SELECT 1 AS written FROM head`,
);

export const CREATE_ONCE = new SqlStatement(
  'create-once',
  [...COLUMNS, ...RECORD_PARAMETERS],
  `${CREATE_TEXT}${RECORDED_CREATION} SELECT 1 AS written FROM head`,
);

/** Makes room for a conversation whose id has a tombstone. One row when there was one. */
export const DELETE_TOMBSTONE = new SqlStatement(
  'delete-tombstone',
  ['owner', 'id'],
  `DELETE FROM conversations WHERE owner = :owner AND id = :id AND status = 'deleted'
   RETURNING 1 AS deleted`,
);
