import type { Effect } from './ledger.js';

/**
 * Seconds that a nemesis goes on striking. With 0, as in `npm test`, it strikes once, and only the order
 * of things says when a strike is over; `npm run test:faults` repeats the strikes for longer.
 */
export const FAULT_SECONDS = Number(process.env['FAULT_SECONDS'] ?? 0);

/** Guards against a test that hangs: on a busy machine everything takes many times longer. */
export const FAULT_TEST_MS = 240_000 + 6_000 * FAULT_SECONDS;

/** The clients that write while a nemesis strikes. */
export interface Clients {
  /** Waits until each process has served every user with a request that began after this call. */
  areServed(): Promise<void>;
  /** Waits until several requests have ended so after this call. */
  meet(outcome: Effect): Promise<void>;
}

/** Something that goes wrong with real servers while clients write. */
export interface Nemesis {
  readonly name: string;
  /** What clients must have met, or the nemesis was not there. */
  readonly causes: readonly Effect[];
  /** Strikes once at least and for about this long, undoes it, and returns how often it has verifiably acted. */
  strike(forMs: number, clients: Clients): Promise<number>;
}

/** Acts again and again for that long, once at least. */
export async function repeatFor(forMs: number, act: () => Promise<void>): Promise<void> {
  const end = performance.now() + forMs;
  do await act();
  while (performance.now() < end);
}
