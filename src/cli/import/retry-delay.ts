/** Milliseconds. */
const FIRST_DELAY = 250;
const LONGEST_DELAY = 10_000;

/** A longer Retry-After is cut to this. */
const LONGEST_RETRY_AFTER = 60_000;

/**
 * Milliseconds to wait before the next attempt, when `attempt` (1, 2, 3 …) is the number of attempts
 * so far. The wait is at least as long as Retry-After. It is partly random, so that the clients of a
 * service do not all come back at the same moment.
 */
export function retryDelay(
  attempt: number,
  retryAfter: string | null,
  now = Date.now(),
  random = Math.random(),
): number {
  const backOff = Math.min(FIRST_DELAY * 2 ** (attempt - 1), LONGEST_DELAY);
  const asked = Math.min(retryAfterMs(retryAfter, now), LONGEST_RETRY_AFTER);
  return asked + (backOff / 2) * (1 + random);
}

/** Retry-After is a number of seconds or a date. Any other text counts as 0. */
function retryAfterMs(retryAfter: string | null, now: number): number {
  if (retryAfter === null) return 0;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  return Number.isNaN(ms) ? 0 : Math.max(ms, 0);
}
