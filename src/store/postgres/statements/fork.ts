import { creation, CREATION_PARAMETERS, RECORD_PARAMETERS, RECORDED_CREATION } from './create.js';
import { NOT_DELETED } from './load.js';
import { SqlStatement } from './statement.js';

/** Messages of the source: those of its spans. */
const SOURCE_PARAMETERS = ['sourceId', 'sourceCreatedAt', 'firsts', 'lasts'] as const;

/** The source is still the one that was loaded. */
const SOURCE = `c.owner = :owner::text AND c.id = :sourceId::uuid AND c.created_at = :sourceCreatedAt::timestamptz
  AND ${NOT_DELETED}`;

/** The messages `m` of all spans. `OFFSET 0`: each span is looked up in the index, whatever PostgreSQL knows of them. */
function messagesOfSpans(columns: string): string {
  return `unnest(:firsts::int[], :lasts::int[]) AS span (first, last) CROSS JOIN LATERAL (
    SELECT ${columns} FROM messages
    WHERE owner = :owner::text AND conversation_id = :sourceId::uuid AND seq BETWEEN span.first AND span.last
    OFFSET 0
  ) AS m`;
}

/** What a fork would store: no row when the source was deleted. Messages never change, but for that. */
export const MEASURE_FORK = new SqlStatement(
  'measure-fork',
  ['owner', ...SOURCE_PARAMETERS],
  `SELECT size.* FROM conversations c CROSS JOIN LATERAL (
     SELECT count(*)::int AS count, coalesce(sum(m.bytes), 0)::float8 AS bytes
     FROM ${messagesOfSpans('octet_length(body) AS bytes')}
   ) AS size
   WHERE ${SOURCE}`,
);

const FORK_TEXT = creation({
  condition: `EXISTS (SELECT FROM conversations c WHERE ${SOURCE})
      AND (SELECT count(*) FROM ${messagesOfSpans('1')}) = :messageCount::int`,
  forkedFrom: ':forkedFrom',
  messages: `SELECT row_number() OVER (ORDER BY m.seq) AS seq, m.body FROM ${messagesOfSpans('seq, body')}`,
});

const PARAMETERS = [...CREATION_PARAMETERS, ...SOURCE_PARAMETERS, 'forkedFrom'] as const;

/** A creation whose messages are copies. It stores nothing when the source does not have all of them any more. */
export const FORK = new SqlStatement(
  'fork',
  PARAMETERS,
  `${FORK_TEXT} SELECT 1 AS written FROM head`,
);

export const FORK_ONCE = new SqlStatement(
  'fork-once',
  [...PARAMETERS, ...RECORD_PARAMETERS],
  `${FORK_TEXT}${RECORDED_CREATION} SELECT 1 AS written FROM head`,
);
