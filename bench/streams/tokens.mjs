import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** Tokens a second, as a fast model says them. */
const TOKENS_PER_SECOND = 40;

/**
 * What a model says to a question `<count> tokens`. Each token has the time at which it was yielded: microseconds
 * of the monotonic clock, which all processes of a machine share. The first one comes at once.
 */
export async function* tokens(question) {
  const count = Number.parseInt(question, 10);
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const tooEarlyMs = start + (i * 1_000) / TOKENS_PER_SECOND - performance.now();
    if (tooEarlyMs > 0) await delay(tooEarlyMs);
    const [seconds, nanoseconds] = process.hrtime();
    yield `@${seconds * 1_000_000 + Math.round(nanoseconds / 1_000)} `;
  }
}
