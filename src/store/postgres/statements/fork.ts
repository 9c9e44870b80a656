import { creation, CREATION_PARAMETERS, RECORD_PARAMETERS, RECORDED_CREATION } from './create.js';
import { NOT_DELETED } from './load.js';
import { pageOf } from './read.js';
import { SqlStatement } from './statement.js';

/** The source is still the one that was loaded. Its messages never change, but for its deletion. */
const SOURCE = `c.owner = :owner::text AND c.id = :sourceId::uuid AND c.created_at = :sourceCreatedAt::timestamptz
  AND ${NOT_DELETED}`;

/** The messages of all spans. `OFFSET 0`: each span is looked up in the index, whatever PostgreSQL knows of them. */
const MESSAGES_OF_SPANS = `SELECT m.seq, m.body
  FROM unnest(:firsts::int[], :lasts::int[]) AS span (first, last) CROSS JOIN LATERAL (
    SELECT seq, body FROM messages
    WHERE owner = c.owner AND conversation_id = c.id AND seq BETWEEN span.first AND span.last
    OFFSET 0
  ) AS m`;

/** The first messages of some spans of the source, as many as fit. No row when the source was deleted. */
export const READ_FORKED = new SqlStatement(
  'read-forked',
  ['owner', 'sourceId', 'sourceCreatedAt', 'firsts', 'lasts', 'pageBytes'],
  `SELECT page.bodies, coalesce(page.found, 0) AS found
   FROM conversations c
   LEFT JOIN LATERAL (${pageOf(MESSAGES_OF_SPANS, 'ASC')}) AS page ON true
   WHERE ${SOURCE}`,
);

/** Messages of a fork, from a seq on. `bodies` are separated by line feeds. */
export const ADD_FORKED = new SqlStatement(
  'add-forked',
  ['owner', 'id', 'firstSeq', 'bodies'],
  `INSERT INTO messages (owner, conversation_id, seq, body)
   SELECT :owner::text, :id::uuid, :firstSeq::int + new.position - 1, new.body
   FROM unnest(string_to_array(:bodies, E'\\n')) WITH ORDINALITY AS new (body, position)`,
);

const FORK_TEXT = creation({
  condition: `EXISTS (SELECT FROM conversations c WHERE ${SOURCE})`,
  forkedFrom: ':forkedFrom',
});

const PARAMETERS = [...CREATION_PARAMETERS, 'sourceId', 'sourceCreatedAt', 'forkedFrom'] as const;

/** A creation whose messages were added before. It stores nothing when its source is not there any more. */
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
