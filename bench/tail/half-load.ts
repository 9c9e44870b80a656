import { atRate, findPeak, type Measured, type Run } from '../load/measure.js';
import type { Workload } from '../load/workloads.js';

/** The service, and the handler written by hand that says what the machine makes of anybody. */
export interface Servers {
  readonly ours: Measured;
  readonly bare: Measured;
}

/** Requests of one kind, all at the same rate: to the service, and as many to the bare handler. */
export interface HalfLoad {
  readonly peakPerSecond: number;
  /** Requests a second that came. */
  readonly rate: number;
  readonly ours: readonly Run[];
  readonly bare: readonly Run[];
}

/**
 * Half of what the service can do of `all`, shared among its parts, which come at once and are timed each
 * by itself. Both servers have two turns of half the time, since a machine is not the same for long.
 */
export async function atHalf(
  { ours, bare }: Servers,
  { all, parts }: { readonly all: Workload; readonly parts: readonly Workload[] },
  seconds: number,
): Promise<HalfLoad[]> {
  // Both, so that both are warm.
  await findPeak(bare, all);
  const { goodPerSecond } = await findPeak(ours, all);
  const rate = goodPerSecond / 2 / parts.length;
  const load = (server: Measured): Promise<Run[]> =>
    Promise.all(parts.map((part) => atRate(server, part, { rate, seconds: seconds / 2 })));
  const [first, second, third, fourth] = [
    await load(ours),
    await load(bare),
    await load(bare),
    await load(ours),
  ];
  return parts.map((_, i) => ({
    peakPerSecond: goodPerSecond,
    rate,
    ours: [first[i] as Run, fourth[i] as Run],
    bare: [second[i] as Run, third[i] as Run],
  }));
}
