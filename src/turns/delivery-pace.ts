/**
 * How often in a second followers are told that there is something new. Sending it takes 16 to 40 µs: more of it would
 * leave no time for other requests. The followers of one turn alone leave time to accept connections, too: while 600 followed
 * a turn without this bound, each iteration of the event loop accepted one connection and took 25 ms, and others waited six
 * seconds to connect.
 */
export const DELIVERIES_PER_SECOND = { ofProcess: 25_000, ofTurn: 10_000 } as const;

/** Milliseconds by which deliveries may come early: those of turns that happen to speak at the same time. */
const BURST_MS = 20;

/** Says when followers may be told that there is something new. Until then, what happens is told them together. */
export class DeliveryPace {
  /** When all deliveries would have been due, had they come evenly: milliseconds of `performance.now()`. */
  private evenUntil = 0;

  constructor(private readonly deliveriesPerSecond: number) {}

  /** Reserves a delivery to so many followers, and gives the milliseconds until it is due. */
  reserve(followers: number): number {
    const now = performance.now();
    const dueAt = Math.max(now, this.evenUntil);
    this.evenUntil = dueAt + (followers * 1_000) / this.deliveriesPerSecond;
    return Math.max(0, dueAt - now - BURST_MS);
  }
}
