import { ObservedFacts } from './observed-facts.js';

/** A request that a rate limit has refused. */
export interface LimitedRequest {
  readonly policy: 'user' | 'tenant';
}

export const limitedRequests = new ObservedFacts<LimitedRequest>(
  'conversation-store:limited-request',
);
