import { HEAD_COLUMNS, NOT_DELETED } from './load.js';
import { MAX_INTEGER, SqlStatement } from './statement.js';
import { NOW } from './time.js';

/** Of `branches`, for one message more that a page is read with: two messages for each record. */
const SPARE_BYTES = 12;

/**
 * A page of the messages of the conversation `c`. It ends before its bytes are over `pageBytes`, but not
 * before its first message. No message has a line feed: JSON escapes it.
 */
export function pageOfMessages(bound: string, direction: 'ASC' | 'DESC', limit = ':limit'): string {
  return pageOf(
    `SELECT seq, body FROM messages m
          WHERE m.owner = c.owner AND m.conversation_id = c.id AND ${bound}
          ORDER BY seq ${direction} LIMIT ${limit}`,
    direction,
  );
}

/** The page of what a query finds: `seq` and `body`. */
export function pageOf(wanted: string, direction: 'ASC' | 'DESC'): string {
  return `
      SELECT string_agg(body, E'\\n' ORDER BY seq) AS bodies, min(seq) AS first_seq, max(seq) AS last_seq,
        count(*)::int AS count, max(found)::int AS found
      FROM (
        SELECT seq, body, octet_length(body) AS bytes, count(*) OVER () AS found,
          sum(octet_length(body)) OVER (ORDER BY seq ${direction}) AS total
        FROM (
          ${wanted}
        ) AS wanted
      ) AS sized
      WHERE total <= :pageBytes::bigint OR total = bytes`;
}

/** The columns of a row that has a {@link pageOfMessages} under the alias `page`. */
export const PAGE_COLUMNS = `c.branches, ${NOW} AS now, page.bodies, page.first_seq, page.last_seq, page.count,
  coalesce(page.found, 0) AS found`;

/** As many messages more as may be of other branches. `octet_length` does not read a long text. */
const WITH_SPARE = `:limit::bigint + least(:spare::int, octet_length(c.branches) / ${SPARE_BYTES})`;

/** A page of messages up to a leaf, the active one when `leaf` is null, and its conversation, at one instant. */
function page(name: string, bound: string, direction: 'ASC' | 'DESC') {
  const upToLeaf = `m.seq <= coalesce(:leaf::int, c.leaf_seq, ${MAX_INTEGER})`;
  return new SqlStatement(
    name,
    ['owner', 'id', 'bound', 'leaf', 'limit', 'spare', 'pageBytes'],
    `
    SELECT ${HEAD_COLUMNS}, ${PAGE_COLUMNS}
    FROM conversations c
    LEFT JOIN LATERAL (${pageOfMessages(`${bound} AND ${upToLeaf}`, direction, WITH_SPARE)}) AS page ON true
    WHERE c.owner = :owner AND c.id = :id AND ${NOT_DELETED}`,
  );
}

/** The last messages before the seq `bound`. */
export const READ_BEFORE = page('read-before', 'm.seq < :bound', 'DESC');

/** The first messages after the seq `bound`. */
export const READ_AFTER = page('read-after', 'm.seq > :bound', 'ASC');

/** Those of some messages that fit into a page. No row: the conversation was deleted. */
function pageOfSeqs(name: string, direction: 'ASC' | 'DESC') {
  return new SqlStatement(
    name,
    ['owner', 'id', 'seqs', 'limit', 'pageBytes'],
    `
    SELECT page.bodies, coalesce(page.found, 0) AS found
    FROM conversations c
    LEFT JOIN LATERAL (${pageOfMessages('m.seq = ANY (:seqs::int[])', direction)}) AS page ON true
    WHERE c.owner = :owner AND c.id = :id AND ${NOT_DELETED}`,
  );
}

/** The last of some messages. */
export const READ_LAST_OF = pageOfSeqs('read-last-of', 'DESC');

/** The first of some messages. */
export const READ_FIRST_OF = pageOfSeqs('read-first-of', 'ASC');
