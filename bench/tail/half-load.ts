import type { ServiceProcess } from '../../test/support/service-process.js';
import { atRate, findPeak, type Measured, type Run } from '../load/measure.js';
import type { SideBySide } from '../load/side-by-side.js';
import type { Workload } from '../load/workloads.js';

/** The first requests on 1,000 new connections are slow with any server, and delay the ones behind them. */
const WARM_UP_SECONDS = 3;

/** Requests of one kind. The service and the bare handler get them at the same rate. */
export interface HalfLoad {
  /** Requests a second. */
  readonly rate: number;
  readonly ours: readonly Run[];
  readonly bare: readonly Run[];
}

/**
 * Half of the service's peak rate for `all`, divided among the parts. The parts run at the same time, and
 * each is timed by itself. Each server runs twice, for half of the time, because a machine does not stay
 * the same for long.
 */
export async function atHalf(
  { ours, other: bare }: SideBySide,
  { all, parts }: { readonly all: Workload; readonly parts: readonly Workload[] },
  seconds: number,
): Promise<HalfLoad[]> {
  // The peak of the bare handler is not needed. The search warms it up as it does the service.
  await alone(bare, ours, (server) => findPeak(server, all));
  const { goodPerSecond } = await alone(ours, bare, (server) => findPeak(server, all));
  const rate = goodPerSecond / 2 / parts.length;
  const schedule = { rate, seconds: seconds / 2, warmUpSeconds: WARM_UP_SECONDS };
  const load = (server: ServiceProcess, other: ServiceProcess): Promise<Run[]> =>
    alone(server, other, (measured) =>
      Promise.all(parts.map((part) => atRate(measured, part, schedule))),
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

/** Freezes the other server meanwhile: V8 collects garbage in an idle process, on the same processor. */
async function alone<T>(
  server: ServiceProcess,
  other: ServiceProcess,
  measure: (alone: Measured) => Promise<T>,
): Promise<T> {
  other.freeze();
  try {
    return await measure(server);
  } finally {
    other.thaw();
  }
}
