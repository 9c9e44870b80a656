import { amount, isQuick } from '../command-line.js';
import { preventProcessorSleep } from '../load/awake.js';
import { MANY_CLIENTS } from '../load/contenders.js';
import { raisePriority } from '../load/priority.js';
import { saveReport } from '../report/report.js';
import { compareColdReads, type ColdReads } from './cold-reads.js';
import { compareFlushes, type Dirt, type FlushSpeed } from './flush-speed.js';
import { compareHot, type HotSpeed } from './hot-speed.js';
import { measureLag, type Lag } from './lag.js';
import { withTieredServers } from './servers.js';
import { measureSizes, type Size } from './sizes.js';

const ROUNDS = amount({ usual: 9, quick: 3 });
const SCHEDULE = { rounds: ROUNDS, clients: MANY_CLIENTS, seconds: isQuick ? 2 : 5 };
const LAG_SECONDS = isQuick ? 5 : 30;
const DIRTS: readonly Dirt[] = [
  { conversations: 100, messages: 100, saved: 0, owners: 50 },
  { conversations: 1_000, messages: 10, saved: 0, owners: 100 },
  // As in a second of many short turns.
  { conversations: 5_000, messages: 2, saved: 10, owners: 1_000 },
];

const GOAL = { appends: 0.85, reads: 0.95, coldTimes: 5 };

raisePriority();
preventProcessorSleep();
let speeds: readonly HotSpeed[] = [];
let lag: Lag | undefined;
let coldReads: readonly ColdReads[] = [];
let flushes: readonly FlushSpeed[] = [];
let sizes: readonly Size[] = [];
await withTieredServers(async (servers) => {
  const hot = await compareHot(servers, SCHEDULE);
  speeds = hot.speeds;
  const rate = Math.round((speeds[1]?.onTiers ?? 0) / 2);
  lag = await measureLag(servers, hot.appends, { rate, seconds: LAG_SECONDS });
  coldReads = await compareColdReads(servers, { rounds: ROUNDS, clients: [1, MANY_CLIENTS] });
  flushes = await compareFlushes(servers.postgres, DIRTS, ROUNDS);
  sizes = await measureSizes(servers.postgres);
});

const lastUnsaved = (speed: HotSpeed): string =>
  speed.unsaved.map(({ before, after }) => `${before.messages}→${after.messages}`).join(', ');

saveReport('tiered', {
  title: 'Redis in front of PostgreSQL',
  command: 'npm run bench:tiered',
  text: [
    'The service on both tiers (`STORE_DRIVER=tiered`) is compared with the service on Redis alone. The services ' +
      'share one processor; both Redis, PostgreSQL and the generator of the load share the other one. The flusher ' +
      'is a part of the service, so what it takes of the processor is missing to requests. PostgreSQL confirms a ' +
      'commit when the disk has it.',
    `There are ${SCHEDULE.clients} clients. Each sends its next request when the last one is answered. Both are ` +
      `measured alternately, ${SCHEDULE.rounds} times for ${SCHEDULE.seconds} s each, after 2 s that do not count: flushes then ` +
      'follow each other. What is unsaved at the end of a round is saved before the next one begins. The table shows ' +
      'medians of the rounds, and the medians of the ratios of each round.',
    'A flush alone has a processor of its own. PostgreSQL and Redis share the other one. It is compared with a loop ' +
      'that reads the same lists and inserts them with one statement a batch: without heads, locks, checks, numbers ' +
      'or marks.',
  ],
  tables: [
    {
      caption: `Requests on both tiers over Redis alone. Goal: appends ${GOAL.appends}, reads ${GOAL.reads}.`,
      columns: [
        'request',
        'on Redis/s',
        'on both tiers/s',
        'ratio',
        'the same a processor second',
        'processor on Redis, on both',
      ],
      rows: speeds.map((speed) => [
        speed.request,
        speed.onRedis.toFixed(0),
        speed.onTiers.toFixed(0),
        speed.ratio.toFixed(2),
        speed.ratioPerCpuSecond.toFixed(2),
        speed.cpuShares.map((share) => share.toFixed(2)).join(', '),
      ]),
    },
    {
      caption:
        'Messages that PostgreSQL does not have yet, at the beginning and at the end of each round',
      columns: ['request', 'messages', 'unsaved for, ms'],
      rows: speeds.map((speed) => [
        speed.request,
        lastUnsaved(speed),
        speed.unsaved.map(({ after }) => after.oldestMs.toFixed(0)).join(', '),
      ]),
    },
    {
      caption:
        'A flush of messages of 500 bytes. Goal: 10,000 messages/s, at most 0.05 statements a message.',
      columns: [
        'unsaved',
        'bare/s',
        'ours/s',
        'ours over bare',
        'statements a message',
        'µs of flusher, Redis, PostgreSQL a message',
        'the same of bare',
      ],
      rows: flushes.map(({ dirt, ours, bare, ratio }) => [
        `${dirt.conversations.toLocaleString('en')} × ${dirt.messages}${dirt.saved > 0 ? ', not new' : ''}`,
        bare.messagesPerSecond.toFixed(0),
        ours.messagesPerSecond.toFixed(0),
        ratio.toFixed(2),
        ours.statementsPerMessage.toFixed(4),
        usageCells(ours.cpu),
        usageCells(bare.cpu),
      ]),
    },
    {
      caption:
        'Time from the acknowledgement in Redis until PostgreSQL has committed the message, at half of the ' +
        'most appends a second. Goal: p99 under 3 s.',
      columns: ['appends/s', 'messages', 'refused', 'p50', 'p99', 'max'],
      rows: lag
        ? [
            [
              lag.rate.toFixed(0),
              lag.messages.toLocaleString('en'),
              String(lag.refused),
              ...[lag.p50Ms, lag.p99Ms, lag.maxMs].map((ms) => `${(ms / 1_000).toFixed(2)} s`),
            ],
          ]
        : [],
    },
    {
      caption: `The first read of 50 messages that have left Redis, and the next one. Goal: at most ${GOAL.coldTimes} times.`,
      columns: ['clients', 'hot, p50', 'cold, p50', 'times'],
      rows: coldReads.map(({ clients, hotMs, coldMs, times }) => [
        String(clients),
        `${hotMs.toFixed(3)} ms`,
        `${coldMs.toFixed(3)} ms`,
        times.toFixed(2),
      ]),
    },
    {
      caption: 'Bytes for each conversation, with messages of 500 bytes of text',
      columns: ['where', 'bytes'],
      rows: sizes.map(({ what, bytes }) => [what, Math.round(bytes).toLocaleString('en')]),
    },
  ],
  plot: {
    measure: 'both tiers over Redis alone, 1.0 is as fast',
    bars: speeds.map(({ request, ratio }) => ({
      label: request,
      value: ratio,
      goal: request.startsWith('append') ? GOAL.appends : GOAL.reads,
    })),
  },
});

function usageCells({ flusher, redis, postgres }: FlushSpeed['ours']['cpu']): string {
  return [flusher, redis, postgres].map((us) => us.toFixed(1)).join(', ');
}
