import { LRUCache } from 'lru-cache';
import { limitedKey, type RateLimits } from '../domain/rate-limit.js';
import type { Owner } from '../domain/owner.js';
import type { LimitUse } from '../store/request-counter.js';

/** Users and tenants that it knows at most. */
const MAX_KNOWN = 10_000;

/**
 * The limits that are known to be used up. Until its window ends, a limit stays used up whatever happens. So the service
 * refuses without a question to the store: who sends far too much costs the store nothing.
 */
export class UsedUpLimits {
  private readonly known = new LRUCache<string, KnownUse>({ max: MAX_KNOWN });

  /** A use of the owner's that is over its limit; undefined when none is known. */
  find(owner: Owner, limits: RateLimits): LimitUse | undefined {
    if (this.known.size === 0) return undefined;
    const now = performance.now();
    for (const { policy } of limits) {
      const key = limitedKey(policy, owner);
      const known = this.known.get(key);
      if (known && known.endsAt > now) return { ...known.use, endsInMs: known.endsAt - now };
      this.known.delete(key);
    }
    return undefined;
  }

  /** @param askedAt `performance.now()` before the store was asked: the window ends no earlier than that says */
  add(owner: Owner, use: LimitUse, askedAt: number): void {
    this.known.set(limitedKey(use.limit.policy, owner), { use, endsAt: askedAt + use.endsInMs });
  }
}

interface KnownUse {
  readonly use: LimitUse;
  /** As `performance.now()` has it. */
  readonly endsAt: number;
}
