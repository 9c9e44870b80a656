import { HEAD_COLUMNS } from '../../statements/load.js';
import { PAGE_COLUMNS, pageOfMessages } from '../../statements/read.js';
import { SqlStatement } from '../../statements/statement.js';

/** A conversation or its tombstone, with its last messages and its state. */
export const LOAD_CONVERSATION = new SqlStatement(
  'record-load',
  ['owner', 'id', 'limit', 'pageBytes'],
  `SELECT ${HEAD_COLUMNS}, c.revision, c.state, c.state_version, ${PAGE_COLUMNS}
   FROM conversations c
   LEFT JOIN LATERAL (${pageOfMessages('true', 'DESC')}) AS page ON true
   WHERE c.owner = :owner AND c.id = :id`,
);
