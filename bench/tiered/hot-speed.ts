import { prepareWorkloads } from '../limit/workloads.js';
import { runClients, type Run } from '../load/measure.js';
import { roundRobin } from '../load/requests.js';
import type { Schedule } from '../load/side-by-side.js';
import { appendBytes, store } from '../load/stored.js';
import type { Workload } from '../load/workloads.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { median } from '../report/statistics.js';
import type { TieredServers } from './servers.js';
import { unsavedOf, untilSaved, type Unsaved } from './unsaved.js';

/** Seconds of load until a run counts: flushes then follow each other. */
const WARM_UP_SECONDS = 2;

export interface HotSpeed {
  readonly request: string;
  /** Good answers a second. */
  readonly onRedis: number;
  readonly onTiers: number;
  /** Both tiers over Redis alone: medians of the ratios of the rounds. */
  readonly ratio: number;
  /** The same by the processor time of the service. */
  readonly ratioPerCpuSecond: number;
  readonly cpuShares: readonly [onRedis: number, onTiers: number];
  /** At the beginning and at the end of each round. */
  readonly unsaved: readonly { readonly before: Unsaved; readonly after: Unsaved }[];
}

/** The service on both tiers, while it saves what is written, beside the service on Redis alone. */
export async function compareHot(
  servers: TieredServers,
  schedule: Schedule,
): Promise<{ readonly speeds: HotSpeed[]; readonly appends: Workload }> {
  const { onRedis, onTiers, own } = servers;
  const onRedisWorkloads = await workloadsOf(onRedis);
  const onTiersWorkloads = await workloadsOf(onTiers);
  await untilSaved(own);
  const speeds: HotSpeed[] = [];
  for (const [i, workload] of onTiersWorkloads.entries()) {
    const other = onRedisWorkloads[i] as Workload;
    const rounds: Round[] = [];
    for (let round = 0; round <= schedule.rounds; round++) {
      const first = round % 2 === 0 ? await steady(onRedis, other, schedule) : undefined;
      const tiered = await whileSaving(servers, workload, schedule);
      rounds.push({ ...tiered, redis: first ?? (await steady(onRedis, other, schedule)) });
    }
    // The first round does not count.
    speeds.push(speedOf(workload.name, rounds.slice(1)));
  }
  return { speeds, appends: onTiersWorkloads[1] as Workload };
}

/**
 * Appends to few conversations, of which a flush saves many messages each, to so many that it saves a few of
 * each, and reads.
 */
async function workloadsOf(service: ServiceProcess): Promise<Workload[]> {
  const [appends, reads] = (await prepareWorkloads(service)) as readonly Workload[] as [
    Workload,
    Workload,
  ];
  const many = await store(service, { users: 500, each: 10, messages: 10 });
  return [
    { ...appends, name: 'append a message to one of 50 conversations' },
    {
      name: 'append a message to one of 5,000 conversations',
      next: roundRobin(many.map(appendBytes)),
    },
    reads,
  ];
}

interface Round {
  readonly redis: Run;
  readonly tiered: Run;
  readonly before: Unsaved;
  readonly after: Unsaved;
}

/** What is unsaved at the end is saved before anything else is measured. */
async function whileSaving(
  { onTiers, own, postgres }: TieredServers,
  workload: Workload,
  schedule: Schedule,
): Promise<Omit<Round, 'redis'>> {
  let before = await unsavedOf(own, postgres);
  const tiered = await steady(onTiers, workload, schedule, async () => {
    before = await unsavedOf(own, postgres);
  });
  const after = await unsavedOf(own, postgres);
  await untilSaved(own);
  return { tiered, before, after };
}

async function steady(
  service: ServiceProcess,
  workload: Workload,
  schedule: Schedule,
  begin?: () => Promise<void>,
): Promise<Run> {
  await runClients(service, workload, { ...schedule, seconds: WARM_UP_SECONDS });
  await begin?.();
  const run = await runClients(service, workload, schedule);
  const failed = run.refused + run.other;
  if (failed > 0) throw new Error(`${failed} requests failed: ${workload.name}.`);
  return run;
}

function speedOf(request: string, rounds: readonly Round[]): HotSpeed {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  return {
    request,
    onRedis: of(({ redis }) => redis.goodPerSecond),
    onTiers: of(({ tiered }) => tiered.goodPerSecond),
    ratio: of(({ redis, tiered }) => tiered.goodPerSecond / redis.goodPerSecond),
    ratioPerCpuSecond: of(({ redis, tiered }) => tiered.goodPerCpuSecond / redis.goodPerCpuSecond),
    cpuShares: [of(({ redis }) => redis.cpuShare), of(({ tiered }) => tiered.cpuShare)],
    unsaved: rounds.map(({ before, after }) => ({ before, after })),
  };
}
