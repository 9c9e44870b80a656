import type { RateLimit, RateLimits } from '../domain/rate-limit.js';
import type { RateLimitsEnvironment } from './rate-limits.environment.js';

export function toRateLimits({
  RATE_LIMIT_USER,
  RATE_LIMIT_TENANT,
}: RateLimitsEnvironment): RateLimits {
  return [...toLimit('user', RATE_LIMIT_USER), ...toLimit('tenant', RATE_LIMIT_TENANT)];
}

function toLimit(policy: RateLimit['policy'], variable: string | undefined): RateLimit[] {
  if (variable === undefined) return [];
  const [requests, windowSeconds] = variable.split('/').map(Number) as [number, number];
  return [{ policy, requests, windowSeconds }];
}
