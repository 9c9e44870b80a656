import type { Owner } from '../../domain/owner.js';
import type { RateLimits } from '../../domain/rate-limit.js';
import type { LimitUse, RequestCounter } from '../request-counter.js';
import type { RedisKeys } from './redis.keys.js';
import { SCRIPTS } from './redis.scripts.js';
import type { ScriptConnection } from './script-connection.js';

/** Counts requests in Redis: one script for all limits of a request. */
export class RedisRequestCounter implements RequestCounter {
  constructor(
    private readonly redis: Pick<ScriptConnection, 'writeUnreplicated'>,
    private readonly keys: RedisKeys,
  ) {}

  async count(owner: Owner, limits: RateLimits): Promise<readonly LimitUse[]> {
    const countKeys = this.keys.requestCounts(owner, limits);
    const allowed = limits.flatMap(({ requests, windowSeconds }) => [
      requests,
      windowSeconds * 1_000,
    ]);
    const call = SCRIPTS.countRequest.with({ countKeys }, { limits: allowed });
    const uses = (await this.redis.writeUnreplicated(...call)) as number[];
    return limits.map((limit, i) => ({
      limit,
      before: uses[2 * i] as number,
      endsInMs: uses[2 * i + 1] as number,
    }));
  }
}
