/** Milliseconds: events that come within this time go to the store in one call, while another process follows the turn. */
const FOLLOWED_MS = 50;

/** Milliseconds, while none does. A client that comes to another process waits for so long, and so does a cancel there. */
const ALONE_MS = 500;

/** Characters of events that go to the store although no other process follows the turn. */
export const FULL_LENGTH = 16 * 1024;

/**
 * The most calls a second by which all running turns of a process send events. Up to 100 turns send
 * theirs every 50 ms. More turns send theirs less often, and never fewer chunks.
 */
export const FLUSHES_PER_SECOND = 2_000;

/**
 * Milliseconds between two calls that send events of one turn, while so many turns run in the process.
 * @param isUrgent whether somebody waits for the call elsewhere, or there is much to send
 */
export function flushIntervalMs(runningTurns: number, isUrgent: boolean): number {
  const paceMs = (runningTurns * 1_000) / FLUSHES_PER_SECOND;
  return Math.max(isUrgent ? FOLLOWED_MS : ALONE_MS, paceMs);
}
