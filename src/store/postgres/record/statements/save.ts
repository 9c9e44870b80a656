import { SqlStatement } from '../../statements/statement.js';
import { NOW } from '../../statements/time.js';

/** Records that replace what is stored under their keys. */
export const RECORD_PARAMETERS = ['recordOwners', 'keys', 'records', 'recordTimes'] as const;
export const RECORDED = `recorded AS (
    INSERT INTO idempotency_records (owner, key, record, created_at)
    SELECT r.owner, r.key, r.record, coalesce(to_timestamp(r.created_at / 1000), ${NOW})
    FROM unnest(:recordOwners::text[], :keys::text[], :records::text[], :recordTimes::float8[])
      AS r (owner, key, record, created_at)
    ON CONFLICT (owner, key) DO UPDATE SET record = excluded.record, created_at = excluded.created_at
  )`;

/**
 * Writes heads where they are newer, the messages that they do not have, records, and what their owners
 * have. All arrays are in the order in which rows are locked. `positions` are those of the heads of messages.
 * `forked_from` never changes, and a process that does not know it brings none.
 * Returns how many heads were written: it must be all, or what was decided by is not there any more.
 */
export const SAVE = new SqlStatement(
  'record-save',
  [
    'owners',
    'ids',
    'statuses',
    'titles',
    'externalIds',
    'forkedFrom',
    'metadata',
    'messageCounts',
    'leafSeqs',
    'branches',
    'versions',
    'revisions',
    'createdAt',
    'updatedAt',
    'accessedAt',
    'bytes',
    'states',
    'stateVersions',
    'positions',
    'seqs',
    'bodies',
    'changedOwners',
    'addedConversations',
    'addedBytes',
    ...RECORD_PARAMETERS,
  ],
  `WITH heads AS (
    SELECT * FROM unnest(:owners::text[], :ids::uuid[], :statuses::text[], :titles::text[],
      :externalIds::text[], :forkedFrom::text[], :metadata::text[], :messageCounts::int[], :leafSeqs::int[],
      :branches::text[], :versions::int[], :revisions::int[],
      :createdAt::float8[], :updatedAt::float8[], :accessedAt::float8[], :bytes::bigint[],
      :states::text[], :stateVersions::int[]) WITH ORDINALITY
      AS h (owner, id, status, title, external_id, forked_from, metadata, message_count, leaf_seq, branches,
        version, revision, created_at, updated_at, accessed_at, bytes, state, state_version, position)
  ), head AS (
    INSERT INTO conversations AS c (owner, id, status, title, external_id, forked_from, metadata, message_count,
      leaf_seq, branches, version, revision, created_at, updated_at, accessed_at, bytes, state, state_version)
    SELECT owner, id, status, title, external_id, forked_from, metadata, message_count, leaf_seq, branches,
      version, revision,
      to_timestamp(created_at / 1000), to_timestamp(updated_at / 1000), to_timestamp(accessed_at / 1000),
      bytes, state, state_version
    FROM heads
    ON CONFLICT (owner, id) DO UPDATE SET status = excluded.status, title = excluded.title,
      external_id = excluded.external_id, forked_from = coalesce(excluded.forked_from, c.forked_from),
      metadata = excluded.metadata,
      message_count = excluded.message_count, leaf_seq = excluded.leaf_seq,
      branches = excluded.branches, version = excluded.version, revision = excluded.revision,
      created_at = excluded.created_at, updated_at = excluded.updated_at,
      accessed_at = excluded.accessed_at, bytes = excluded.bytes,
      state = coalesce(excluded.state, c.state),
      state_version = CASE WHEN excluded.state IS NULL THEN c.state_version ELSE excluded.state_version END
      WHERE c.revision < excluded.revision
    RETURNING 1
  ), added AS (
    INSERT INTO messages (owner, conversation_id, seq, body)
    SELECT h.owner, h.id, m.seq, m.body
    FROM unnest(:positions::int[], :seqs::int[], string_to_array(:bodies, E'\\n')) AS m (position, seq, body)
    JOIN heads h ON h.position = m.position
  ), ${RECORDED}, changes AS (
    SELECT * FROM unnest(:changedOwners::text[], :addedConversations::int[], :addedBytes::bigint[])
      AS c (owner, conversations, bytes)
  ), counted AS (
    INSERT INTO owners (owner, conversations)
    SELECT owner, conversations FROM changes
    WHERE conversations > 0
      OR EXISTS (SELECT FROM owners o WHERE o.owner = changes.owner AND o.bytes IS NOT NULL)
    ON CONFLICT (owner) DO UPDATE SET conversations = owners.conversations + excluded.conversations,
      bytes = CASE WHEN owners.bytes IS NOT NULL
        THEN owners.bytes + (SELECT bytes FROM changes WHERE changes.owner = excluded.owner) END
  ) SELECT count(*)::int AS written FROM head`,
);
