/**
 * How often in a second the followers of a process are told that there is something new, all together. Sending it takes
 * some 16 µs: more of it would leave no time for other requests, and a probe could not even connect.
 */
const DELIVERIES_PER_SECOND = 25_000;

/** Milliseconds by which deliveries may come early: those of turns that happen to speak at the same time. */
const BURST_MS = 20;

/** Says when followers may be told that there is something new. Until then, what happens is told them together. */
export class DeliveryPace {
  /** When all deliveries would have been due, had they come evenly: milliseconds of `performance.now()`. */
  private evenUntil = 0;

  /** Reserves a delivery to so many followers, and gives the milliseconds until it is due. */
  reserve(followers: number): number {
    const now = performance.now();
    const dueAt = Math.max(now, this.evenUntil);
    this.evenUntil = dueAt + (followers * 1_000) / DELIVERIES_PER_SECOND;
    return Math.max(0, dueAt - now - BURST_MS);
  }
}
