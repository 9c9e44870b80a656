import { assertSameAnswers, prepareWorkloads, type LimitWorkload } from '../limit/workloads.js';
import { alternate, type Round, type Schedule } from '../load/side-by-side.js';
import { median } from '../report/statistics.js';
import type { TierServers } from './servers.js';

export interface Speed {
  readonly request: string;
  /** Good answers a second. */
  readonly onPostgres: number;
  readonly bare: number;
  readonly onRedis: number;
  /** The service on PostgreSQL over the others: medians of the ratios of the rounds. */
  readonly overBare: Ratio;
  readonly overRedis: Ratio;
}

interface Ratio {
  readonly perSecond: number;
  /** By the processor time of the server, whatever it waited for. */
  readonly perCpuSecond: number;
  /** The shares of the processor that the other one and the service on PostgreSQL used. */
  readonly cpuShares: readonly [other: number, ours: number];
}

/** The service on PostgreSQL beside the bare handler on the same tables, and beside the service on Redis. */
export async function compareSpeeds(
  { onPostgres, bare, onRedis }: TierServers,
  workloads: readonly LimitWorkload[],
  schedule: Schedule,
): Promise<Speed[]> {
  const onRedisWorkloads = await prepareWorkloads(onRedis);
  for (const workload of workloads) await assertSameAnswers(onPostgres, bare, workload);
  const speeds: Speed[] = [];
  for (const [i, workload] of workloads.entries()) {
    const ours = { server: onPostgres, workload };
    const besideBare = await alternate({ ours, other: { server: bare, workload } }, schedule);
    const redis = { server: onRedis, workload: onRedisWorkloads[i] as LimitWorkload };
    const besideRedis = await alternate({ ours, other: redis }, schedule);
    speeds.push({
      request: workload.name,
      onPostgres: median([...besideBare, ...besideRedis].map((r) => r.ours.goodPerSecond)),
      bare: median(besideBare.map((r) => r.other.goodPerSecond)),
      onRedis: median(besideRedis.map((r) => r.other.goodPerSecond)),
      overBare: ratioOf(besideBare),
      overRedis: ratioOf(besideRedis),
    });
  }
  return speeds;
}

function ratioOf(rounds: readonly Round[]): Ratio {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  return {
    perSecond: of((r) => r.ours.goodPerSecond / r.other.goodPerSecond),
    perCpuSecond: of((r) => r.ours.goodPerCpuSecond / r.other.goodPerCpuSecond),
    cpuShares: [of((r) => r.other.cpuShare), of((r) => r.ours.cpuShare)],
  };
}
