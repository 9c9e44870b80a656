import { NOW } from './time.js';
import { SqlStatement } from './statement.js';

/** The columns of a conversation that most statements read, from the table alias `c`. */
export const HEAD_COLUMNS = `c.id, c.status, c.title, c.external_id, c.forked_from, c.metadata, c.message_count,
  c.leaf_seq, c.version, c.created_at, c.updated_at, c.accessed_at`;

/** A tombstone is a row of `conversations`, too. Nothing but the record of the tiered driver reads it. */
export const NOT_DELETED = `c.status <> 'deleted'`;

const PARAMETERS = ['owner', 'id', 'key'] as const;

function load(columns: string): string {
  return `
    SELECT ${HEAD_COLUMNS}, c.branches, c.revision${columns}, ${NOW} AS now, r.record, r.created_at AS recorded_at,
      o.conversations::float8 AS owner_conversations, o.bytes::float8 AS owner_bytes
    FROM (VALUES (1)) AS one
    LEFT JOIN conversations c ON c.owner = :owner AND c.id = :id AND ${NOT_DELETED}
    LEFT JOIN idempotency_records r ON r.owner = :owner AND r.key = :key
    LEFT JOIN owners o ON o.owner = :owner`;
}

/** LOAD or LOAD_ALL. */
export type LoadStatement = SqlStatement<typeof PARAMETERS>;

/** What a create or a change of the head or of messages needs to know. Always one row. */
export const LOAD = new SqlStatement('load', PARAMETERS, load(''));

/** The same, for changes of turns and of the working state. */
export const LOAD_ALL = new SqlStatement(
  'load-all',
  PARAMETERS,
  load(', c.turns, c.state_version, octet_length(c.state) AS state_bytes'),
);
