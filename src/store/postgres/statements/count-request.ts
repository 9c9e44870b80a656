import { SqlStatement } from './statement.js';
import { NOW } from './time.js';

/** How many requests a window had before this one; as many as the limit allows when this one is over it. */
export interface CountRow {
  readonly policy: 'user' | 'tenant';
  readonly before: number;
  readonly endsInMs: number;
}

const ENDS_IN_MS = `(extract(epoch FROM ends_at - ${NOW}) * 1000)::float8 AS "endsInMs"`;

/**
 * Counts in the window of `owner`, from 1 when the window has ended. Of requests at the same time, each gets another
 * number. One that is over the limit makes the number one larger than the limit, and no larger. A number that is larger
 * already, because another process has a higher limit, stays. A window that ends later than one that begins now was
 * begun before the clock was set back: it ends as one that begins now.
 */
function counting(owner: string, window: string, requests: string, from = ''): string {
  const length = `:${window}::integer * interval '1 second'`;
  // The time at which the statement began to count: both columns must mean the same one.
  const hasEnded = `c.ends_at <= EXCLUDED.ends_at - ${length}`;
  return `
    INSERT INTO request_counts AS c (owner, window_seconds, requests, ends_at)
    SELECT :${owner}, :${window}::integer, 1, ${NOW} + ${length} ${from}
    ON CONFLICT (owner, window_seconds) DO UPDATE SET
      requests = CASE WHEN ${hasEnded} THEN 1
        ELSE greatest(c.requests, least(c.requests, :${requests}::integer) + 1) END,
      ends_at = CASE WHEN ${hasEnded} THEN EXCLUDED.ends_at ELSE least(c.ends_at, ${NOW} + ${length}) END
    RETURNING requests - 1 AS before, ends_at`;
}

/** For one limit. */
export const COUNT_REQUEST = new SqlStatement(
  'count-request',
  ['owner', 'window', 'requests'],
  `WITH counted AS (${counting('owner', 'window', 'requests')})
  SELECT before, ${ENDS_IN_MS} FROM counted`,
);

/**
 * For the limits of a user and of the user's tenant. It counts for the user first, and for the tenant only what is not
 * over the limit of the user. Where the limit of the tenant is known to be used up, it counts for nobody; of requests
 * that use it up at the same moment, it may have counted those that are over it for their users. After the clock was
 * set back, one such request gives the window its new end.
 */
export const COUNT_REQUEST_OF_BOTH = new SqlStatement(
  'count-request-of-both',
  ['user', 'userWindow', 'userRequests', 'tenant', 'tenantWindow', 'tenantRequests'],
  `WITH used_up AS MATERIALIZED (
    SELECT requests AS before, ends_at FROM request_counts
    WHERE owner = :tenant AND window_seconds = :tenantWindow::integer
      AND requests >= :tenantRequests::integer
      AND ends_at > ${NOW} AND ends_at <= ${NOW} + :tenantWindow::integer * interval '1 second'
  ), of_user AS (${counting('user', 'userWindow', 'userRequests', 'WHERE NOT EXISTS (SELECT FROM used_up)')}
  ), of_tenant AS (${counting('tenant', 'tenantWindow', 'tenantRequests', 'FROM of_user WHERE before < :userRequests::integer')}
  )
  SELECT 'tenant' AS policy, before, ${ENDS_IN_MS} FROM used_up
  UNION ALL SELECT 'user', before, ${ENDS_IN_MS} FROM of_user
  UNION ALL SELECT 'tenant', before, ${ENDS_IN_MS} FROM of_tenant`,
);
