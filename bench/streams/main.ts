import { RedisServer } from '../../test/support/redis-server.js';
import { amount, isQuick } from '../command-line.js';
import { preventProcessorSleep } from '../load/awake.js';
import { pin, PROCESSOR } from '../load/pin.js';
import { raisePriority } from '../load/priority.js';
import { saveReport } from '../report/report.js';
import { median } from '../report/statistics.js';
import { followElsewhere, type FollowedTurn } from './followers.js';
import { measureStreams, type StreamCosts } from './measure.js';
import { serviceSide, startHandMadeSide, startTickingService, type Side } from './sides.js';

const ROUNDS = amount({ usual: 5, quick: 2 });
const TOKENS = isQuick ? 200 : 400;
const STREAMS = [150, 500];
const FOLLOWERS = [1, 1_000];

/** What the service may cost more than the server that is written by hand, or at all. */
const GOALS = {
  p50Ms: 3,
  p99Ms: 10,
  firstMs: 15,
  serverCpuTimes: 1,
  redisCpuMs: 20,
} as const;

interface Round {
  readonly ours: StreamCosts;
  readonly theirs: StreamCosts;
}

raisePriority();
preventProcessorSleep();
pin(process.pid, PROCESSOR.other);
const redis = await RedisServer.start();
pin(redis.pid, PROCESSOR.other);
const services = [
  await startTickingService(redis.url),
  await startTickingService(redis.url),
] as const;
const handMade = await startHandMadeSide(redis.url);
for (const { pid } of [...services, handMade.process]) pin(pid, PROCESSOR.measured);
const ours = serviceSide(services[0]);

const measured = new Map<number, Round[]>(STREAMS.map((streams) => [streams, []]));
const followed: FollowedTurn[] = [];
try {
  // A first run of each does not count: V8 compiles.
  for (const side of [ours, handMade]) await measure(side, STREAMS[0] ?? 0);
  for (let round = 0; round < ROUNDS; round++) {
    for (const streams of STREAMS) {
      // The second of a round may find the machine in another state, so the order changes every round.
      const [first, second] = round % 2 === 0 ? [ours, handMade] : [handMade, ours];
      const costs = new Map([[first, await measure(first, streams)]]);
      costs.set(second, await measure(second, streams));
      const [own, theirs] = [ours, handMade].map((side) => costs.get(side) as StreamCosts) as [
        StreamCosts,
        StreamCosts,
      ];
      measured.get(streams)?.push({ ours: own, theirs });
      console.log(`round ${round + 1}, ${streams} streams:`, rounded(own), rounded(theirs));
    }
  }
  for (const followers of FOLLOWERS) {
    followed.push(await followElsewhere(services, redis, { followers, tokens: TOKENS }));
  }
} finally {
  for (const service of [...services, handMade.process]) await service.stop();
  await redis.stop();
}

function measure(side: Side, streams: number): Promise<StreamCosts> {
  return measureStreams(side, redis, { streams, tokens: TOKENS });
}

function rounded(costs: StreamCosts): string {
  return Object.values(costs)
    .map((value: number) => value.toFixed(1))
    .join(' ');
}

/** A row of the table: medians of the rounds, and of what lies between the two of a round. */
function row(
  streams: number,
  name: string,
  figure: keyof StreamCosts,
  compare: (own: number, theirs: number) => number,
  [unit, goal]: readonly [unit: string, goal: string],
): string[] {
  const rounds = measured.get(streams) ?? [];
  const of = (side: keyof Round): number => median(rounds.map((round) => round[side][figure]));
  const compared = median(rounds.map((round) => compare(round.ours[figure], round.theirs[figure])));
  return [
    `${streams} streams: ${name}`,
    of('ours').toFixed(1),
    of('theirs').toFixed(1),
    `${compared.toFixed(compare === ratio ? 2 : 1)} ${unit}`,
    goal,
  ];
}

function difference(own: number, theirs: number): number {
  return own - theirs;
}

function ratio(own: number, theirs: number): number {
  return own / theirs;
}

function rowsOf(streams: number): string[][] {
  const later = (ms: number): [string, string] => ['ms later', `<= ${ms} ms later`];
  return [
    row(streams, 'yield to client, p50 ms', 'p50Ms', difference, later(GOALS.p50Ms)),
    row(streams, 'yield to client, p99 ms', 'p99Ms', difference, later(GOALS.p99Ms)),
    row(streams, 'request to first token, ms', 'firstMs', difference, later(GOALS.firstMs)),
    row(streams, 'processor of the server, ms', 'serverCpuMs', ratio, [
      'times',
      `<= ${GOALS.serverCpuTimes} times`,
    ]),
    row(streams, 'processor of Redis, ms', 'redisCpuMs', difference, [
      'ms more',
      `<= ${GOALS.redisCpuMs} ms in all`,
    ]),
  ];
}

saveReport('streams', {
  title: 'Streams of tokens',
  command: 'npm run bench:streams',
  text: [
    `A stream is a turn of ${TOKENS} tokens, 40 a second, which one client reads from its request on. The streams ` +
      'of a run begin within 1.5 s. The time of a token is in the token: from its yield by the orchestrator to its ' +
      'arrival at the client, of the tokens that were yielded after the last request and before the first end. Processor time is that of a ' +
      'whole run, with the beginnings and the ends of the turns, for a thousand tokens.',
    'The server written by hand (`bench/streams/hand-made-server.mjs`) is Fastify with `createUIMessageStream` of the ' +
      'AI SDK and `resumable-stream` on Redis. It verifies a token, reads the history, and stores the question and ' +
      'the answer in Redis. It has no lease: when its process dies, nobody learns that the answer ends.',
    `Both servers run on one processor with one Redis, and are measured alternately: medians of ${ROUNDS} rounds, and ` +
      'of the differences and ratios of each. Redis and the clients share the other processor.',
    `A turn of ${TOKENS} tokens that clients follow at another process than its own: all scripts of the turn and of its ` +
      'followers.',
  ],
  tables: [
    {
      columns: ['', 'the service', 'by hand', 'the service has', 'goal'],
      rows: STREAMS.flatMap(rowsOf),
    },
    {
      columns: ['followers at another process', 'scripts of Redis', 'Redis, ms'],
      rows: followed.map(({ scripts, ms }, i) => [
        String(FOLLOWERS[i]),
        String(scripts),
        ms.toFixed(1),
      ]),
    },
  ],
  plot: {
    measure: 'milliseconds from the yield of a token to the client, p99',
    bars: STREAMS.flatMap((streams) =>
      (['ours', 'theirs'] as const).map((side) => ({
        label: `${streams} streams, ${side === 'ours' ? 'the service' : 'by hand'}`,
        value: median((measured.get(streams) ?? []).map((round) => round[side].p99Ms)),
      })),
    ),
  },
});
