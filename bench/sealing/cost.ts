import { isQuick } from '../command-line.js';
import {
  compare,
  MANY_CLIENTS,
  type Compared,
  type Contender,
  type Effort,
} from '../load/contenders.js';
import { countedLoop } from '../load/load.js';
import { median } from '../report/statistics.js';
import { MESSAGES, prepareConversations, type Requests } from './conversations.js';
import type { Side, WithSides } from './sides.js';

/** Requests until a process has compiled what they run, and its heap has the size that it stays at. */
const WARM_UP = isQuick ? { append: 4_000, read: 200 } : { append: 10_000, read: 1_000 };

/** What requests of one kind cost with one setting. */
export interface RequestCost {
  /** Medians of all rounds. */
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  /** In each round: its throughput over that of the plain texts, and the processor time of plain texts over its own. */
  readonly speeds: readonly number[];
  readonly cpuSpeeds: readonly number[];
}

export interface SettingCost {
  readonly setting: string;
  readonly appends: RequestCost;
  readonly reads: RequestCost;
  /** In the database, for each message: keys, rows and indexes count, as does the conversation. */
  readonly bytesPerMessage: number;
}

/** The costs of all settings for texts of one size; plain texts come first. */
export interface SizeCosts {
  readonly textBytes: number;
  readonly settings: readonly SettingCost[];
}

export interface Plan {
  readonly textBytes: number;
  /** Two processes of one program may differ by more than is measured, so the services start more than once. */
  readonly starts: number;
  readonly appends: Effort;
  readonly reads: Effort;
}

/** The cost of every setting for messages of one size. */
export async function measureCosts(withSides: WithSides, plan: Plan): Promise<SettingCost[]> {
  const runs: SettingCost[][] = [];
  for (let i = 0; i < plan.starts; i++) {
    runs.push(await withSides((sides) => measureOnce(sides, plan)));
  }
  const [first = []] = runs;
  return first.map(({ setting }, i) => {
    const all = runs.map((run) => run[i] as SettingCost);
    return {
      setting,
      appends: merged(all.map(({ appends }) => appends)),
      reads: merged(all.map(({ reads }) => reads)),
      bytesPerMessage: median(all.map(({ bytesPerMessage }) => bytesPerMessage)),
    };
  });
}

async function measureOnce(sides: readonly Side[], plan: Plan): Promise<SettingCost[]> {
  const requests: Requests[] = [];
  const bytes: number[] = [];
  for (const { service, storedBytes } of sides) {
    const before = await storedBytes();
    requests.push(await prepareConversations(service, plan.textBytes));
    bytes.push((await storedBytes()) - before);
  }
  for (const kind of ['append', 'read'] as const) {
    for (const [i, { service }] of sides.entries()) {
      const load = { port: service.port, next: (requests[i] as Requests)[kind] };
      await countedLoop(load, { clients: MANY_CLIENTS, count: WARM_UP[kind] });
    }
  }
  const contenders = (kind: keyof Requests): Contender[] =>
    sides.map(({ setting, service }, i) => ({
      name: [setting],
      service,
      next: (requests[i] as Requests)[kind],
    }));
  const appends = await compare(contenders('append'), plan.appends);
  const reads = await compare(contenders('read'), plan.reads);
  return sides.map(({ setting }, i) => ({
    setting,
    appends: toCost(appends[i] as Compared),
    reads: toCost(reads[i] as Compared),
    bytesPerMessage: (bytes[i] as number) / MESSAGES,
  }));
}

function toCost({ figures, rounds }: Compared): RequestCost {
  return {
    perSecond: figures.perSecond,
    cpuMicroseconds: figures.cpuMicroseconds,
    speeds: rounds.map(({ perSecond }) => 1 / perSecond),
    cpuSpeeds: rounds.map(({ cpuMicroseconds }) => 1 / cpuMicroseconds),
  };
}

function merged(costs: readonly RequestCost[]): RequestCost {
  return {
    perSecond: median(costs.map(({ perSecond }) => perSecond)),
    cpuMicroseconds: median(costs.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    speeds: costs.flatMap(({ speeds }) => speeds),
    cpuSpeeds: costs.flatMap(({ cpuSpeeds }) => cpuSpeeds),
  };
}
