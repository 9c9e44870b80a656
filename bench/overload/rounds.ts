import { amount } from '../command-line.js';
import { atPeak, atRate, findPeak, type Measured, type Run } from '../load/measure.js';
import { rssMiB } from '../load/process-usage.js';
import type { Workload } from '../load/workloads.js';
import { median, quantile } from '../report/statistics.js';

export const ROUNDS = amount({ usual: 5, quick: 1 });
export const TIMES = 4;
const SECONDS = 6;

/** The results of a workload at its peak and at a multiple of it. */
export interface Overloaded {
  /** Good answers at the multiple, for each good answer at the peak. */
  readonly ratio: number;
  /** The same ratio, of good answers a second of processor time. */
  readonly ratioPerCpuSecond: number;
  readonly figures: Readonly<Record<string, string>>;
}

/** Peak and overload alternate, because a machine that does other work does not stay the same for long. */
export async function overload(service: Measured, workload: Workload): Promise<Overloaded> {
  const { clients } = await findPeak(service, workload);
  const peaks: Run[] = [];
  const overloads: Run[] = [];
  const rssBefore = rssMiB(service.pid);
  for (let round = 0; round < ROUNDS; round++) {
    const peak = await atPeak(service, workload, clients);
    const rate = TIMES * peak.goodPerSecond;
    peaks.push(peak);
    overloads.push(await atRate(service, workload, { rate, seconds: SECONDS }));
  }
  const middle = (runs: readonly Run[], of: (run: Run) => number): number => median(runs.map(of));
  const ratioOf = (of: (run: Run) => number): number =>
    median(overloads.map((run, round) => of(run) / of(peaks[round] as Run)));
  const sum = (of: (run: Run) => number): number =>
    overloads.reduce((all, run) => all + of(run), 0);
  const perSecond = (of: (run: Run) => number): string => (sum(of) / ROUNDS / SECONDS).toFixed(0);
  const rss = [rssBefore, Math.max(...overloads.map((run) => run.rssMaxMiB)), rssMiB(service.pid)];
  const ratio = ratioOf((run) => run.goodPerSecond);
  const ratioPerCpuSecond = ratioOf((run) => run.goodPerCpuSecond);
  return {
    ratio,
    ratioPerCpuSecond,
    figures: {
      'clients at the peak': String(clients),
      'good/s at the peak': middle(peaks, (run) => run.goodPerSecond).toFixed(0),
      [`good/s at ${TIMES}x`]: middle(overloads, (run) => run.goodPerSecond).toFixed(0),
      ratio: ratio.toFixed(2),
      'ratio a CPU second': ratioPerCpuSecond.toFixed(2),
      'refused/s': perSecond((run) => run.refused),
      'held back/s': perSecond((run) => run.unsent),
      'neither good nor refused': String(sum((run) => run.other)),
      [`processor of the service, at the peak and at ${TIMES}x`]: [peaks, overloads]
        .map((runs) => middle(runs, (run) => run.cpuShare).toFixed(2))
        .join(', '),
      'good, p50/p99 ms': quantiles(overloads.flatMap(({ goodMs }) => goodMs)),
      'refused, p50/p99 ms': quantiles(overloads.flatMap(({ refusedMs }) => refusedMs)),
      'RSS before/max/after, MiB': rss.map((mib) => mib.toFixed(0)).join('/'),
    },
  };
}

function quantiles(ms: readonly number[]): string {
  return `${quantile(ms, 0.5).toFixed(0)}/${quantile(ms, 0.99).toFixed(0)}`;
}
