import { Counter, type Registry } from 'prom-client';
import type { RateLimitPolicy } from '../domain/rate-limit.js';
import { limitedRequests, type LimitedRequest } from '../observation/facts.js';
import { PREFIX } from './labels.js';
import type { Subscriptions } from './subscriptions.js';

const POLICIES: readonly RateLimitPolicy[] = ['user', 'tenant'];

/** What the limits of users and tenants refuse. */
export function addRateLimitMetrics(registry: Registry, subscriptions: Subscriptions): void {
  const refused = new Counter({
    name: `${PREFIX}requests_rate_limited_total`,
    help: 'Requests that got 429, by the limit that was used up.',
    labelNames: ['policy'],
    registers: [registry],
  });
  // Prometheus sees no increase in a counter that begins with one.
  for (const policy of POLICIES) refused.inc({ policy }, 0);
  subscriptions.add<LimitedRequest>(limitedRequests.channel, ({ policy }) =>
    refused.inc({ policy }),
  );
}
