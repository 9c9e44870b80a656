/** The seed of a plain `npm test`: a change is judged by what it changes, and not by luck. */
const STEADY_SEED = 20_250_101;

/**
 * How long and with which numbers the fuzzers run: `FUZZ_RUNS` sequences of operations a driver,
 * `FUZZ_REQUESTS` requests, `FUZZ_SEED`, a number or `random`, and `FUZZ_BLOCKED_MS`, for which the event
 * loop may be blocked: among other tests a second, which tells a hostile request from a slow machine.
 */
export const FUZZ = {
  runs: Number(process.env['FUZZ_RUNS'] ?? 30),
  requests: Number(process.env['FUZZ_REQUESTS'] ?? 1_600),
  maxBlockedMs: Number(process.env['FUZZ_BLOCKED_MS'] ?? 1_000),
  seed: seedOf(process.env['FUZZ_SEED']),
  /** Milliseconds for one test. */
  timeout: 600_000,
} as const;

function seedOf(value: string | undefined): number {
  return value === 'random' ? Date.now() % 2 ** 31 : Number(value ?? STEADY_SEED);
}
