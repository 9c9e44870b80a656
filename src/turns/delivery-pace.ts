/**
 * How often in a second followers are told that there is something new. Sending it takes some 16 µs, and on a busy machine
 * 40: more of it would leave no time for other requests. 500 turns with a follower each need most of what the process may
 * send. A turn with hundreds of followers sends its events together, and needs less: without its own bound, 600 followers made each
 * iteration of the event loop take 25 ms. An iteration accepts one connection, so others waited six seconds to connect.
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
