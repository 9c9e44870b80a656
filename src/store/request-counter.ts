import type { Owner } from '../domain/owner.js';
import type { RateLimit, RateLimits } from '../domain/rate-limit.js';

/** The token of the counter that the driver of the store brings. */
export const REQUEST_COUNTER = Symbol('REQUEST_COUNTER');

/** How far a limit is used. */
export interface LimitUse {
  readonly limit: RateLimit;
  /** Requests in the current window before this one. With as many as the limit allows, this one is over it. */
  readonly before: number;
  /** Milliseconds until the window ends. */
  readonly endsInMs: number;
}

/**
 * Counts requests where the store is, so that all processes count together. A request that is over one limit counts for
 * none: else a user who sends too much would use up the limit of the tenant, and so the requests of other users.
 */
export interface RequestCounter {
  /**
   * Counts a request for each of the limits, in one step, unless it is over one of them.
   * @returns the use of every limit; of a request that is over a limit at least that of one such limit
   * @throws StoreUnavailableError, StoreFaultError
   */
  count(owner: Owner, limits: RateLimits): Promise<readonly LimitUse[]>;
}

export function isExceeded({ before, limit }: LimitUse): boolean {
  return before >= limit.requests;
}
