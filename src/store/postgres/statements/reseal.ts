import { NOT_DELETED } from './load.js';
import { SqlStatement } from './statement.js';

/** The form of a sealed text, '' of a plain one. The pattern finds it at the beginning. */
function formOf(text: string, pattern: string): string {
  return `coalesce(substring(left(${text}, 1024) from ${pattern}::text), '')`;
}

function unlessCurrent(column: string): string {
  const form = formOf(`c.${column}`, ':pattern');
  return `CASE WHEN ${form} <> ALL (:currentForms::text[]) THEN c.${column} END AS ${column}`;
}

/** The next conversations in the order of their key, each with those of its texts that are not current. */
export const RESEAL_CONVERSATIONS = new SqlStatement(
  'reseal-conversations',
  ['owner', 'id', 'limit', 'pattern', 'currentForms'],
  `SELECT c.owner, c.id, ${unlessCurrent('title')}, ${unlessCurrent('external_id')},
     CASE WHEN c.metadata <> '{}' AND ${formOf('c.metadata', ':pattern')} <> ALL (:currentForms::text[])
       THEN c.metadata END AS metadata,
     ${unlessCurrent('state')}
   FROM conversations c
   WHERE (c.owner, c.id) > (:owner, :id::uuid) AND ${NOT_DELETED}
   ORDER BY c.owner, c.id LIMIT :limit`,
);

/**
 * The next messages in the order of their key that are not current: of so many messages, and of so many bytes but for
 * the first. The last row says up to where there are no others: it has no body.
 */
export const RESEAL_MESSAGES = new SqlStatement(
  'reseal-messages',
  ['owner', 'id', 'seq', 'limit', 'maxBytes', 'pattern', 'currentForms'],
  `WITH scanned AS MATERIALIZED (
     SELECT owner, conversation_id AS id, seq, body FROM messages
     WHERE (owner, conversation_id, seq) > (:owner, :id::uuid, :seq::int)
     ORDER BY owner, conversation_id, seq LIMIT :limit
   ), stale AS (
     SELECT m.*, sum(octet_length(m.body)) OVER (ORDER BY m.owner, m.id, m.seq) - octet_length(m.body) AS before
     FROM scanned m
     WHERE ${formOf('m.body', ':pattern')} <> ALL (:currentForms::text[])
       AND EXISTS (SELECT FROM conversations c WHERE c.owner = m.owner AND c.id = m.id AND ${NOT_DELETED})
   ), fitting AS (SELECT owner, id, seq, body FROM stale WHERE before < :maxBytes
   ), whole AS (SELECT (SELECT count(*) FROM fitting) = (SELECT count(*) FROM stale) AS is_whole)
   (SELECT owner, id, seq, body FROM fitting ORDER BY owner, id, seq)
   UNION ALL (
     SELECT owner, id, seq, NULL FROM scanned, whole WHERE is_whole
     ORDER BY owner DESC, id DESC, seq DESC LIMIT 1)
   UNION ALL (
     SELECT owner, id, seq, NULL FROM fitting, whole WHERE NOT is_whole
     ORDER BY owner DESC, id DESC, seq DESC LIMIT 1)`,
);

const FIELDS = [
  ['title', 'title'],
  ['external_id', 'externalId'],
  ['metadata', 'metadata'],
  ['state', 'state'],
] as const;

/** Replaces texts of a conversation, if all of them are still what they were. Null: a text that stays. */
export const REPLACE_TEXTS = new SqlStatement(
  'reseal-texts',
  [
    'owner',
    'id',
    'addedBytes',
    'title',
    'formerTitle',
    'externalId',
    'formerExternalId',
    'metadata',
    'formerMetadata',
    'state',
    'formerState',
  ],
  `WITH head AS (
     UPDATE conversations c SET bytes = c.bytes + :addedBytes::bigint,
       ${FIELDS.map(([column, name]) => `${column} = coalesce(:${name}::text, c.${column})`).join(', ')}
     WHERE c.owner = :owner AND c.id = :id AND ${NOT_DELETED}
       AND ${FIELDS.map(([column, name]) => {
         const former = `:former${name[0]?.toUpperCase()}${name.slice(1)}::text`;
         return `(${former} IS NULL OR c.${column} = ${former})`;
       }).join(' AND ')}
     RETURNING c.owner
   ), charged AS (
     UPDATE owners o SET bytes = o.bytes + :addedBytes::bigint FROM head
     WHERE o.owner = head.owner AND o.bytes IS NOT NULL
   ) SELECT owner, 1 AS replaced, :addedBytes::float8 AS added FROM head`,
);

/**
 * Replaces messages, each if it is still what it was. The rows of their conversations are locked first, in the order in
 * which a flush locks them. Returns a row for each owner.
 */
export const REPLACE_MESSAGES = new SqlStatement(
  'reseal-bodies',
  ['owners', 'ids', 'seqs', 'formerBodies', 'bodies'],
  `WITH wanted AS (
     SELECT * FROM unnest(:owners::text[], :ids::uuid[], :seqs::int[], :formerBodies::text[], :bodies::text[])
       AS w (owner, id, seq, former, body)
   ), head AS (
     SELECT c.owner, c.id FROM conversations c
     WHERE (c.owner, c.id) IN (SELECT owner, id FROM wanted) AND ${NOT_DELETED}
     ORDER BY c.owner, c.id FOR UPDATE OF c
   ), replaced AS (
     UPDATE messages m SET body = w.body FROM wanted w JOIN head ON head.owner = w.owner AND head.id = w.id
     WHERE m.owner = w.owner AND m.conversation_id = w.id AND m.seq = w.seq AND m.body = w.former
     RETURNING m.owner, m.conversation_id AS id, octet_length(w.body) - octet_length(w.former) AS added
   ), counted AS (
     UPDATE conversations c SET bytes = c.bytes + sums.added
     FROM (SELECT owner, id, sum(added) AS added FROM replaced GROUP BY owner, id) AS sums
     WHERE c.owner = sums.owner AND c.id = sums.id
   ), charged AS (
     UPDATE owners o SET bytes = o.bytes + sums.added
     FROM (SELECT owner, sum(added) AS added FROM replaced GROUP BY owner) AS sums
     WHERE o.owner = sums.owner AND o.bytes IS NOT NULL
   ) SELECT owner, count(*)::int AS replaced, sum(added)::float8 AS added FROM replaced GROUP BY owner`,
);
