import { NOT_DELETED } from './load.js';
import { SqlStatement } from './statement.js';
import { NOW } from './time.js';

/** The turns of a conversation, and batches of events of one of them: of the latest when `turnId` is null. */
export const READ_TURN = new SqlStatement(
  'read-turn',
  ['owner', 'id', 'turnId', 'after', 'maxBatches'],
  `SELECT c.id, c.accessed_at, ${NOW} AS now, c.turns, (
     SELECT json_agg(json_build_array(seq, data) ORDER BY seq) FROM (
       SELECT e.seq, e.data FROM turn_events e
       WHERE e.owner = c.owner AND e.conversation_id = c.id
         AND e.turn_id = coalesce(:turnId::uuid, (c.turns -> 'latest' ->> 'id')::uuid)
         AND e.seq > :after
       ORDER BY e.seq LIMIT :maxBatches
     ) AS page
   ) AS batches
   FROM conversations c WHERE c.owner = :owner AND c.id = :id AND ${NOT_DELETED}`,
);
