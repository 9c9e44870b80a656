import { ownerKey } from './owner-key.js';
import type { Owner } from './owner.js';

/** What a limit counts: the requests of one user, or those of all users of a tenant. */
export type RateLimitPolicy = 'user' | 'tenant';

/** How many requests each user, or each tenant, may send in a window. A window begins with a request. */
export interface RateLimit {
  readonly policy: RateLimitPolicy;
  readonly requests: number;
  readonly windowSeconds: number;
}

/** At most one limit of each policy; none: requests are not limited. */
export type RateLimits = readonly RateLimit[];

/** Names whom a limit counts for, and tells users and tenants apart, whatever characters their ids hold. */
export function limitedKey(policy: RateLimitPolicy, owner: Owner): string {
  return policy === 'user' ? ownerKey(owner) : JSON.stringify([owner.tenantId]);
}
