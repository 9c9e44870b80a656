import { BYTES_OF_RECORD } from './quota.js';
import { SqlStatement } from './statement.js';

/** An expired record makes room for a new one of its key. */
export const DELETE_EXPIRED_RECORD = new SqlStatement(
  'delete-expired-record',
  ['owner', 'key', 'recordedAt'],
  `WITH gone AS (
    DELETE FROM idempotency_records AS r
    WHERE r.owner = :owner AND r.key = :key AND r.created_at = :recordedAt::timestamptz
    RETURNING r.owner, ${BYTES_OF_RECORD} AS bytes
  ) UPDATE owners SET bytes = owners.bytes - gone.bytes FROM gone WHERE owners.owner = gone.owner`,
);
