/** Milliseconds. */
const FIRST_DELAY = 250;
const LONGEST_DELAY = 10_000;

/** Retry-After, when there is one, is obeyed up to here. */
const LONGEST_RETRY_AFTER = 60_000;

/**
 * Milliseconds to wait before the next attempt, after `attempt` (1, 2, 3 …) of them. Never earlier
 * than the service asks for, and not at the same moment as everybody else that it has told so.
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

/** Seconds or a date; what is neither asks for nothing. */
function retryAfterMs(retryAfter: string | null, now: number): number {
  if (retryAfter === null) return 0;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  return Number.isNaN(ms) ? 0 : Math.max(ms, 0);
}
