import { startOnPostgres } from '../load/pinned-postgres.js';
import { runClients, type Measured } from '../load/measure.js';
import type { Schedule } from '../load/side-by-side.js';
import { median } from '../report/statistics.js';
import type { Workload } from '../load/workloads.js';
import type { TierServers } from './servers.js';

/** Connections of the services that are compared. */
const POOL_SIZES = [5, 10, 20];

export interface CommitSpeed {
  readonly connections: number;
  readonly synchronousCommit: 'on' | 'off';
  /** Appends a second. */
  readonly perSecond: number;
}

/**
 * Appends with more and with fewer connections, whose commits share the writes to the disk, and without
 * waiting for the disk: no sharing of commits could be faster than that.
 */
export async function compareCommits(
  { postgres }: TierServers,
  appends: Workload,
  { rounds, ...load }: Schedule,
): Promise<CommitSpeed[]> {
  const services: (Measured & { stop(): Promise<unknown> })[] = [];
  try {
    for (const size of POOL_SIZES) services.push(await startOnPostgres(postgres, {}, size));
    const speeds = POOL_SIZES.map(() => ({ on: [] as number[], off: [] as number[] }));
    // The first round does not count.
    for (let round = 0; round <= rounds; round++) {
      for (const mode of ['on', 'off'] as const) {
        await postgres.set({ synchronous_commit: mode });
        for (const [i, service] of services.entries()) {
          const { goodPerSecond } = await runClients(service, appends, load);
          if (round > 0) speeds[i]?.[mode].push(goodPerSecond);
        }
      }
    }
    return POOL_SIZES.flatMap((connections, i) =>
      (['on', 'off'] as const).map((synchronousCommit) => ({
        connections,
        synchronousCommit,
        perSecond: median(speeds[i]?.[synchronousCommit] ?? []),
      })),
    );
  } finally {
    await postgres.set({ synchronous_commit: 'on' });
    for (const service of services) await service.stop();
  }
}
