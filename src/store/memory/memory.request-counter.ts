import { limitedKey, type RateLimit, type RateLimits } from '../../domain/rate-limit.js';
import type { Owner } from '../../domain/owner.js';
import { isExceeded, type LimitUse, type RequestCounter } from '../request-counter.js';

/** Windows that have ended are forgotten when there are so many windows, and then at twice what is left. */
const FIRST_SWEEP = 1_024;

interface Window {
  requests: number;
  /** Milliseconds of the clock. */
  readonly endsAt: number;
}

/** Counts the requests of this process. */
export class MemoryRequestCounter implements RequestCounter {
  private readonly windows = new Map<string, Window>();
  private sweepAt = FIRST_SWEEP;

  /** @param clock milliseconds; it never goes back */
  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** How many windows it holds, also of those that have ended. */
  get size(): number {
    return this.windows.size;
  }

  async count(owner: Owner, limits: RateLimits): Promise<readonly LimitUse[]> {
    const now = this.clock();
    const uses = limits.map((limit) => this.useOf(owner, limit, now));
    if (!uses.some(isExceeded)) for (const { limit } of uses) this.add(owner, limit, now);
    return uses;
  }

  private useOf(owner: Owner, limit: RateLimit, now: number): LimitUse {
    const window = this.windows.get(nameOf(owner, limit));
    if (!window || window.endsAt <= now) {
      return { limit, before: 0, endsInMs: limit.windowSeconds * 1_000 };
    }
    return { limit, before: window.requests, endsInMs: window.endsAt - now };
  }

  private add(owner: Owner, limit: RateLimit, now: number): void {
    const name = nameOf(owner, limit);
    const window = this.windows.get(name);
    if (window && window.endsAt > now) {
      window.requests++;
      return;
    }
    if (this.windows.size >= this.sweepAt) this.sweep(now);
    this.windows.set(name, { requests: 1, endsAt: now + limit.windowSeconds * 1_000 });
  }

  private sweep(now: number): void {
    for (const [name, { endsAt }] of this.windows) {
      if (endsAt <= now) this.windows.delete(name);
    }
    this.sweepAt = Math.max(FIRST_SWEEP, 2 * this.windows.size);
  }
}

function nameOf(owner: Owner, { policy, windowSeconds }: RateLimit): string {
  return `${windowSeconds} ${limitedKey(policy, owner)}`;
}
