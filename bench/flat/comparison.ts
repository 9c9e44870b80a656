import { CommandStats } from '../load/command-stats.js';
import { countedLoop } from '../load/load.js';
import type { PinnedService } from '../load/pinned-service.js';
import { median } from '../report/statistics.js';

/** One request at a time shows how long it takes, many at once how many there can be. */
const CLIENTS = 32;

/** What is compared: requests of one kind, on data of one size. */
export interface Contender {
  /** Cells that say what it is. */
  readonly name: readonly string[];
  readonly service: PinnedService;
  readonly next: () => Buffer;
}

export interface Effort {
  readonly rounds: number;
  /** Requests a round and contender, with one client. */
  readonly single: number;
  /** With many. */
  readonly many: number;
}

interface Figures {
  /** In the middle, with one client. */
  readonly ms: number;
  readonly perSecond: number;
  /** Of the scripts of a request, by Redis' own clock. */
  readonly redisMicroseconds: number;
}

export interface Compared {
  readonly name: readonly string[];
  readonly figures: Figures;
  /** Of the first contender: medians of the ratios of each round. Above 1 is worse. */
  readonly times: Figures;
}

/**
 * Rounds in which every contender has its turn, each round in another order, and a first one that
 * does not count. What befalls the machine befalls all of a round, so ratios are taken in it.
 */
export async function compare(
  contenders: readonly Contender[],
  effort: Effort,
): Promise<Compared[]> {
  const rounds: Figures[][] = [];
  for (let round = 0; round <= effort.rounds; round++) {
    const figures: Figures[] = [];
    for (let turn = 0; turn < contenders.length; turn++) {
      const i = (round + turn) % contenders.length;
      figures[i] = await measure(contenders[i] as Contender, effort);
    }
    if (round > 0) rounds.push(figures);
  }
  return contenders.map(({ name }, i) => {
    const own = rounds.map((figures) => figures[i] as Figures);
    const first = rounds.map((figures) => figures[0] as Figures);
    const times = own.map((figures, round) => ratios(figures, first[round] as Figures));
    return { name, figures: medians(own), times: medians(times) };
  });
}

async function measure({ service, next }: Contender, { single, many }: Effort): Promise<Figures> {
  const load = { port: service.port, next };
  const stats = new CommandStats(service.redis);
  await stats.reset();
  const alone = await countedLoop(load, { clients: 1, count: single });
  const { microseconds } = await stats.of('evalsha');
  stats.close();
  const together = await countedLoop(load, { clients: CLIENTS, count: many });
  return {
    ms: median(alone.answers.map(({ ms }) => ms)),
    perSecond: many / together.seconds,
    redisMicroseconds: microseconds / single,
  };
}

function ratios(figures: Figures, first: Figures): Figures {
  return {
    ms: figures.ms / first.ms,
    perSecond: first.perSecond / figures.perSecond,
    redisMicroseconds: figures.redisMicroseconds / first.redisMicroseconds,
  };
}

function medians(all: readonly Figures[]): Figures {
  return {
    ms: median(all.map(({ ms }) => ms)),
    perSecond: median(all.map(({ perSecond }) => perSecond)),
    redisMicroseconds: median(all.map(({ redisMicroseconds }) => redisMicroseconds)),
  };
}

/** The columns behind those that say what is compared. */
export const COMPARED_COLUMNS = [
  'p50, 1 client',
  'times the first',
  `requests/s, ${CLIENTS} clients`,
  'times the first ',
  "Redis' scripts",
  'times the first  ',
] as const;

export function comparedRow({ name, figures, times }: Compared): string[] {
  return [
    ...name,
    `${figures.ms.toFixed(3)} ms`,
    times.ms.toFixed(2),
    figures.perSecond.toFixed(0),
    times.perSecond.toFixed(2),
    `${figures.redisMicroseconds.toFixed(1)} µs`,
    times.redisMicroseconds.toFixed(2),
  ];
}
