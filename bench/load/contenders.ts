import type { RedisServer } from '../../test/support/redis-server.js';
import { median } from '../report/statistics.js';
import { CommandStats } from './command-stats.js';
import { countedLoop } from './load.js';
import type { Measured } from './measure.js';
import { cpuMs } from './process-usage.js';

/** Many clients at once show the throughput; one client alone shows the latency. */
export const MANY_CLIENTS = 32;

/** A server, and the Redis whose time is measured: on another store that time is `NaN`. */
interface ContenderServer extends Measured {
  readonly redis?: RedisServer;
}

/** One side of a comparison: requests of one kind, to one server, on data of one size. */
export interface Contender {
  /** The first cells of its row. */
  readonly name: readonly string[];
  readonly service: ContenderServer;
  readonly next: () => Buffer;
}

/** How much is measured. */
export interface Effort {
  readonly rounds: number;
  /** Requests of one client, for each contender in each round. */
  readonly single: number;
  /** Requests of many clients, for each contender in each round. */
  readonly many: number;
}

const FIGURES = ['ms', 'perSecond', 'cpuMicroseconds', 'redisAlone', 'redisTogether'] as const;

/**
 * What a request costs. `ms`: median latency with one client. `perSecond`: throughput with many clients.
 * `cpuMicroseconds`: processor time of the server with many clients. `redisAlone` and `redisTogether`:
 * microseconds of the scripts by Redis' own clock, with one client and with many.
 */
export type Figures = Readonly<Record<(typeof FIGURES)[number], number>>;

export interface Compared {
  readonly name: readonly string[];
  /** Medians of the rounds. */
  readonly figures: Figures;
  /** How many times the cost of the first contender, in each round. Above 1 is worse. */
  readonly rounds: readonly Figures[];
  /** Medians of `rounds`. */
  readonly times: Figures;
}

/**
 * Measures every contender in every round, in an order that changes with the round. A first round does not
 * count. Ratios are taken within a round, because a disturbance of the machine hits the whole round.
 */
export async function compare(
  contenders: readonly Contender[],
  effort: Effort,
): Promise<Compared[]> {
  const rounds: Figures[][] = [];
  for (let round = 0; round <= effort.rounds; round++) {
    const figures: Figures[] = [];
    for (let step = 0; step < contenders.length; step++) {
      const i = (round + step) % contenders.length;
      figures[i] = await measure(contenders[i] as Contender, effort);
    }
    if (round > 0) rounds.push(figures);
  }
  return contenders.map(({ name }, i) => {
    const own = rounds.map((figures) => figures[i] as Figures);
    const times = rounds.map((figures) => costRatios(figures[i] as Figures, figures[0] as Figures));
    return { name, figures: medians(own), rounds: times, times: medians(times) };
  });
}

async function measure({ service, next }: Contender, { single, many }: Effort): Promise<Figures> {
  const load = { port: service.port, next };
  const stats = service.redis && new CommandStats(service.redis);
  const redisMicroseconds = async (): Promise<number> =>
    (await stats?.of('evalsha'))?.microseconds ?? NaN;
  await stats?.reset();
  const alone = await countedLoop(load, { clients: 1, count: single });
  const redisAlone = (await redisMicroseconds()) / single;
  await stats?.reset();
  const cpuBefore = cpuMs(service.pid);
  const together = await countedLoop(load, { clients: MANY_CLIENTS, count: many });
  const cpuMicroseconds = ((cpuMs(service.pid) - cpuBefore) * 1_000) / many;
  const redisTogether = (await redisMicroseconds()) / many;
  stats?.close();
  return {
    ms: median(alone.answers.map(({ ms }) => ms)),
    perSecond: many / together.seconds,
    cpuMicroseconds,
    redisAlone,
    redisTogether,
  };
}

function costRatios(figures: Figures, first: Figures): Figures {
  return eachFigure((name) =>
    name === 'perSecond' ? first[name] / figures[name] : figures[name] / first[name],
  );
}

function medians(all: readonly Figures[]): Figures {
  return eachFigure((name) => median(all.map((figures) => figures[name])));
}

function eachFigure(of: (name: keyof Figures) => number): Figures {
  return Object.fromEntries(FIGURES.map((name) => [name, of(name)])) as unknown as Figures;
}
