import { NOT_DELETED } from './load.js';
import { SqlStatement } from './statement.js';
import { NOW } from './time.js';

export const READ_STATE = new SqlStatement(
  'read-state',
  ['owner', 'id'],
  `SELECT c.id, c.accessed_at, ${NOW} AS now, c.state, c.state_version
   FROM conversations c WHERE c.owner = :owner AND c.id = :id AND ${NOT_DELETED}`,
);
