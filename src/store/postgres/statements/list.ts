import { HEAD_COLUMNS, NOT_DELETED } from './load.js';
import { SqlStatement } from './statement.js';
import { ago } from './time.js';

/** What has not expired: `ttlMs` is null where conversations have no deadline. */
const UNEXPIRED = `(:ttlMs::float8 IS NULL
  OR c.accessed_at >= ${ago(':ttlMs')})`;

function list(name: string, bound: string) {
  return new SqlStatement(
    name,
    ['owner', 'statuses', 'updatedAt', 'id', 'limit', 'ttlMs'],
    `
    SELECT found.* FROM unnest(:statuses::text[]) AS wanted (status)
    CROSS JOIN LATERAL (
      SELECT ${HEAD_COLUMNS} FROM conversations c
      WHERE c.owner = :owner AND c.status = wanted.status AND ${bound} AND ${UNEXPIRED}
      ORDER BY c.updated_at DESC, c.id DESC LIMIT :limit
    ) AS found
    ORDER BY found.updated_at DESC, found.id DESC LIMIT :limit`,
  );
}

/**
 * A page of conversations behind a position, one read of the index for each status. The first page is
 * behind `infinity`.
 */
export const LIST = list('list', `(c.updated_at, c.id) < (:updatedAt::timestamptz, :id::uuid)`);

export const LIST_IDS = new SqlStatement(
  'list-ids',
  ['owner', 'ttlMs'],
  `SELECT c.id FROM conversations c WHERE c.owner = :owner AND ${NOT_DELETED} AND ${UNEXPIRED}`,
);
