import type { Owner } from '../../domain/owner.js';
import { limitedKey, type RateLimit, type RateLimits } from '../../domain/rate-limit.js';
import type { LimitUse, RequestCounter } from '../request-counter.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import { COUNT_REQUEST, COUNT_REQUEST_OF_BOTH, type CountRow } from './statements/count-request.js';

/** Counts requests in PostgreSQL: one statement for all limits of a request. */
export class PostgresRequestCounter implements RequestCounter {
  constructor(private readonly connection: Pick<PostgresConnection, 'write'>) {}

  async count(owner: Owner, limits: RateLimits): Promise<readonly LimitUse[]> {
    const user = limits.find(({ policy }) => policy === 'user');
    const tenant = limits.find(({ policy }) => policy === 'tenant');
    if (user && tenant) return this.countBoth(owner, user, tenant);
    return Promise.all(limits.map((limit) => this.countOne(owner, limit)));
  }

  private async countOne(owner: Owner, limit: RateLimit): Promise<LimitUse> {
    const values = COUNT_REQUEST.values({
      owner: limitedKey(limit.policy, owner),
      window: limit.windowSeconds,
      requests: limit.requests,
    });
    const [row] = await this.connection.write<CountRow>(COUNT_REQUEST, values);
    return toUse(limit, row as CountRow);
  }

  private async countBoth(owner: Owner, user: RateLimit, tenant: RateLimit): Promise<LimitUse[]> {
    const values = COUNT_REQUEST_OF_BOTH.values({
      user: limitedKey('user', owner),
      userWindow: user.windowSeconds,
      userRequests: user.requests,
      tenant: limitedKey('tenant', owner),
      tenantWindow: tenant.windowSeconds,
      tenantRequests: tenant.requests,
    });
    const rows = await this.connection.write<CountRow>(COUNT_REQUEST_OF_BOTH, values);
    return rows.map((row) => toUse(row.policy === 'user' ? user : tenant, row));
  }
}

function toUse(limit: RateLimit, { before, endsInMs }: CountRow): LimitUse {
  return { limit, before, endsInMs: Math.max(endsInMs, 0) };
}
