/** Seconds that a nemesis acts; `npm run test:faults` gives it more. */
export const FAULT_SECONDS = Number(process.env['FAULT_SECONDS'] ?? 1);

/** The whole of a test of one nemesis: besides its acting, much is read and sent again. */
export const FAULT_TEST_MS = 40_000 + 6_000 * FAULT_SECONDS;

/** Something that goes wrong with real servers while clients write. */
export interface Nemesis {
  readonly name: string;
  /** What clients must have met, or the nemesis was not there: `failed` is either of the two. */
  readonly causes: readonly ('refused' | 'unknown' | 'failed')[];
  /**
   * Does its damage for about this long, undoes it, and returns how often it has verifiably acted.
   * `served` waits until every user has been served by both processes.
   */
  strike(forMs: number, served: () => Promise<void>): Promise<number>;
}

/** Acts again and again for that long, once at least. */
export async function repeatFor(forMs: number, act: () => Promise<void>): Promise<void> {
  const end = performance.now() + forMs;
  do await act();
  while (performance.now() < end);
}
