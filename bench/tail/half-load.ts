import type { ServiceProcess } from '../../test/support/service-process.js';
import type { SideBySide } from '../load/bare-handler.js';
import { atRate, findPeak, type Measured, type Run } from '../load/measure.js';
import type { Workload } from '../load/workloads.js';

/**
 * On 1,000 connections that are new the first requests are slow, to whoever serves them, and with them all
 * that come behind.
 */
const WARM_UP_SECONDS = 3;

/** Requests of one kind, all at the same rate: to the service, and as many to the bare handler. */
export interface HalfLoad {
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
  { ours, bare }: SideBySide,
  { all, parts }: { readonly all: Workload; readonly parts: readonly Workload[] },
  seconds: number,
): Promise<HalfLoad[]> {
  // Both, so that both are warm.
  await alone(bare, ours, (server) => findPeak(server, all));
  const { goodPerSecond } = await alone(ours, bare, (server) => findPeak(server, all));
  const rate = goodPerSecond / 2 / parts.length;
  const turn = { rate, seconds: seconds / 2, warmUpSeconds: WARM_UP_SECONDS };
  const load = (server: ServiceProcess, other: ServiceProcess): Promise<Run[]> =>
    alone(server, other, (measured) =>
      Promise.all(parts.map((part) => atRate(measured, part, turn))),
    );
  const [first, second, third, fourth] = [
    await load(ours, bare),
    await load(bare, ours),
    await load(bare, ours),
    await load(ours, bare),
  ];
  return parts.map((_, i) => ({
    rate,
    ours: [first[i] as Run, fourth[i] as Run],
    bare: [second[i] as Run, third[i] as Run],
  }));
}

/** While the other one stands still: when it has nothing to do, V8 tidies up, on the same processor. */
async function alone<T>(
  { pid, url }: ServiceProcess,
  other: ServiceProcess,
  measure: (server: Measured) => Promise<T>,
): Promise<T> {
  other.freeze();
  try {
    return await measure({ pid, port: Number(new URL(url).port) });
  } finally {
    other.thaw();
  }
}
