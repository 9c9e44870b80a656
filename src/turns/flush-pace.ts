/** Milliseconds: chunks of a turn that come within this time go to the store in one call. */
const FLUSH_MS = 50;

/**
 * The most calls a second by which all running turns of a process send events. Up to 100 turns send
 * theirs every 50 ms. More turns send theirs less often, and never fewer chunks.
 */
export const FLUSHES_PER_SECOND = 2_000;

/** Milliseconds between two calls that send events of one turn, while so many turns run in the process. */
export function flushIntervalMs(runningTurns: number): number {
  return Math.max(FLUSH_MS, (runningTurns * 1_000) / FLUSHES_PER_SECOND);
}
