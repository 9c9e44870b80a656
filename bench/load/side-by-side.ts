import type { RedisServer } from '../../test/support/redis-server.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { runClients, type Measured, type Run } from './measure.js';
import { pin, PROCESSOR } from './pin.js';
import { PinnedService } from './pinned-service.js';
import type { Workload } from './workloads.js';

/** The service and another server. They share a processor and a Redis, and are measured alternately. */
export interface SideBySide {
  readonly ours: ServiceProcess;
  readonly other: ServiceProcess;
  readonly redis: RedisServer;
}

/** Starts both servers. They end with the work, whether it succeeds or fails. */
export async function sideBySide(
  startOther: (redis: RedisServer) => Promise<ServiceProcess>,
  work: (servers: SideBySide) => Promise<void>,
): Promise<void> {
  const service = await PinnedService.start();
  try {
    const other = await startOther(service.redis);
    try {
      pin(other.pid, PROCESSOR.measured);
      await work({ ours: service.process, other, redis: service.redis });
    } finally {
      await other.stop();
    }
  } finally {
    await service.stop();
  }
}

/** A server with the requests that it gets. */
export interface Candidate {
  readonly server: Measured;
  readonly workload: Workload;
}

/** What both servers did within a few seconds of each other, on a machine that is much the same. */
export interface Round {
  readonly ours: Run;
  readonly other: Run;
}

export interface Schedule {
  readonly rounds: number;
  readonly clients: number;
  /** Of one run of one server. */
  readonly seconds: number;
}

/**
 * Runs both servers in every round, after one run of each that does not count.
 * @throws Error at an answer that is not 2xx
 */
export async function alternate(
  { ours, other }: { readonly ours: Candidate; readonly other: Candidate },
  schedule: Schedule,
): Promise<Round[]> {
  await run(ours, schedule);
  await run(other, schedule);
  const rounds: Round[] = [];
  for (let round = 0; round < schedule.rounds; round++) {
    // The second of a round may find the machine in another state, so the order changes every round.
    if (round % 2 === 0) {
      const first = await run(other, schedule);
      rounds.push({ other: first, ours: await run(ours, schedule) });
    } else {
      const first = await run(ours, schedule);
      rounds.push({ ours: first, other: await run(other, schedule) });
    }
  }
  return rounds;
}

async function run({ server, workload }: Candidate, schedule: Schedule): Promise<Run> {
  const result = await runClients(server, workload, schedule);
  const failed = result.refused + result.other;
  if (failed > 0) throw new Error(`${failed} requests failed: ${workload.name}.`);
  return result;
}
