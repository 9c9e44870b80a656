import { atRate, findPeak, type Run } from '../load/measure.js';
import type { PinnedService } from '../load/pinned-service.js';
import type { Workload } from '../load/workloads.js';

/** A workload at half of what the service can do. */
export interface HalfLoad {
  readonly peakPerSecond: number;
  /** Requests a second that came. */
  readonly rate: number;
  readonly run: Run;
}

export async function atHalf(
  service: PinnedService,
  workload: Workload,
  seconds: number,
): Promise<HalfLoad> {
  const { goodPerSecond } = await findPeak(service, workload);
  const rate = goodPerSecond / 2;
  return {
    peakPerSecond: goodPerSecond,
    rate,
    run: await atRate(service, workload, { rate, seconds }),
  };
}

/** Two at once, each with its own times: half of the peak of both in turn, shared between them. */
export async function bothAtHalf(
  service: PinnedService,
  workloads: { readonly both: Workload; readonly reads: Workload; readonly appends: Workload },
  seconds: number,
): Promise<{ readonly reads: HalfLoad; readonly appends: HalfLoad }> {
  const { goodPerSecond } = await findPeak(service, workloads.both);
  const rate = goodPerSecond / 4;
  const runs = [workloads.reads, workloads.appends].map((workload) =>
    atRate(service, workload, { rate, seconds }),
  );
  const [reads, appends] = (await Promise.all(runs)) as [Run, Run];
  return {
    reads: { peakPerSecond: goodPerSecond, rate, run: reads },
    appends: { peakPerSecond: goodPerSecond, rate, run: appends },
  };
}
