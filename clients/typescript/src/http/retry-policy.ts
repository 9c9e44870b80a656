import { UNKNOWN_ANSWER, UNREACHABLE, type ProblemError } from '../problem-error.js';

/** How often and how late a request is sent again. */
export interface RetryOptions {
  /** How often a request is sent at most, with the first time; 5 when absent. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; each later wait is twice as long. 300 when absent. */
  readonly baseDelayMs?: number;
  /** The longest wait, in milliseconds. A `Retry-After` that is longer ends the attempts. 10,000 when absent. */
  readonly maxDelayMs?: number;
  /**
   * Milliseconds after which a stream without a byte counts as broken. The service sends one every 15 seconds at least. 45,000
   * when absent.
   */
  readonly silenceMs?: number;
}

/**
 * What may be sent again. `anyway`: what is idempotent, by its nature or by its key. `if-unchanged`: only when the service
 * says that it has changed nothing.
 */
export type Repeatable = 'anyway' | 'if-unchanged';

export class RetryPolicy {
  readonly attempts: number;
  readonly silenceMs: number;
  private readonly baseDelayMs: number;
  private readonly maxDelayMs: number;

  constructor({
    attempts = 5,
    baseDelayMs = 300,
    maxDelayMs = 10_000,
    silenceMs = 45_000,
  }: RetryOptions = {}) {
    this.attempts = attempts;
    this.baseDelayMs = baseDelayMs;
    this.maxDelayMs = maxDelayMs;
    this.silenceMs = silenceMs;
  }

  /**
   * Milliseconds to wait before the request is sent again; undefined when it is not.
   * @param attempt how often it was sent, 1 after the first time
   */
  delayAfter(problem: ProblemError, attempt: number, repeatable: Repeatable): number | undefined {
    if (attempt >= this.attempts || !mayRepeat(problem, repeatable)) return undefined;
    const backoff = Math.min(this.maxDelayMs, this.baseDelayMs * 2 ** (attempt - 1));
    // Clients that fail together should not come again together.
    const jittered = backoff * (0.5 + Math.random() / 2);
    const asked = (problem.retryAfter ?? 0) * 1000;
    if (asked > this.maxDelayMs) return undefined;
    return Math.max(asked, jittered);
  }
}

function mayRepeat(
  { slug, status, mayHaveBeenApplied }: ProblemError,
  repeatable: Repeatable,
): boolean {
  if (slug === UNREACHABLE) return repeatable === 'anyway';
  // A 502 of the service's own tells how a turn has ended.
  if (slug === UNKNOWN_ANSWER) return repeatable === 'anyway' && [502, 503, 504].includes(status);
  if (status === 429) return true;
  return status === 503 && (repeatable === 'anyway' || !mayHaveBeenApplied);
}
