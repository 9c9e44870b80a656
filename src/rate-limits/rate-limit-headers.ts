import type { RateLimits } from '../domain/rate-limit.js';
import { isExceeded, type LimitUse } from '../store/request-counter.js';

/*
 * The headers of draft-ietf-httpapi-ratelimit-headers-10: lists of structured fields, in which each limit is a string
 * with parameters.
 */

/** `RateLimit-Policy`: the requests and the seconds of each limit. */
export function policyHeader(limits: RateLimits): string {
  return limits
    .map(({ policy, requests, windowSeconds }) => `"${policy}";q=${requests};w=${windowSeconds}`)
    .join(', ');
}

/** `RateLimit`: the requests that are left in the window of each limit, and the seconds until it ends. */
export function useHeader(uses: readonly LimitUse[]): string {
  const counted = uses.some(isExceeded) ? 0 : 1;
  return uses
    .map(({ limit: { policy, requests }, before, endsInMs }) => {
      const remaining = Math.max(requests - before - counted, 0);
      return `"${policy}";r=${remaining};t=${secondsUntil(endsInMs)}`;
    })
    .join(', ');
}

/** Whole seconds after which the time has come: at least 1. */
export function secondsUntil(ms: number): number {
  return Math.max(Math.ceil(ms / 1_000), 1);
}
