import { prepareWorkloads, type LimitWorkload } from '../limit/workloads.js';
import { amount } from '../command-line.js';
import { preventProcessorSleep } from '../load/awake.js';
import { MANY_CLIENTS, type Compared } from '../load/contenders.js';
import { raisePriority } from '../load/priority.js';
import { saveReport, type Table } from '../report/report.js';
import { compareCommits, type CommitSpeed } from './commits.js';
import { compareDataSizes, type SizesCompared } from './data-sizes.js';
import { withTierServers } from './servers.js';
import { compareSpeeds, type Speed } from './service-speed.js';

const ROUNDS = amount({ usual: 9, quick: 3 });
const SCHEDULE = { rounds: ROUNDS, clients: MANY_CLIENTS, seconds: 2 };
const EFFORT = { rounds: ROUNDS, single: 200, many: 500 };
const GOAL = 0.85;

raisePriority();
preventProcessorSleep();
let speeds: Speed[] = [];
let commits: CommitSpeed[] = [];
let sizes: SizesCompared = { appends: [], reads: [], creates: [], lists: [] };
await withTierServers(async (servers) => {
  const workloads = await prepareWorkloads(servers.onPostgres);
  speeds = await compareSpeeds(servers, workloads, SCHEDULE);
  commits = await compareCommits(servers, workloads[0] as LimitWorkload, SCHEDULE);
  sizes = await compareDataSizes(servers, EFFORT);
});

function bySize(what: string, size: string, compared: readonly Compared[]): Table {
  const columns = ['p50, 1 client', 'times the first', `requests/s, ${MANY_CLIENTS} clients`];
  return {
    caption: what,
    columns: [size, ...columns, 'times the first '],
    rows: compared.map(({ name, figures, times }) => [
      ...name,
      `${figures.ms.toFixed(3)} ms`,
      times.ms.toFixed(2),
      figures.perSecond.toFixed(0),
      times.perSecond.toFixed(2),
    ]),
  };
}

saveReport('tiers', {
  title: 'The service on PostgreSQL',
  command: 'npm run bench:tiers',
  text: [
    'The service on PostgreSQL is compared with a server that was written by hand for speed alone ' +
      '(`bench/tiers/bare-server.mjs`) and with the service on Redis. The server written by hand runs the ' +
      "service's own statements with `pg`, on the same tables, with as many connections. It has no check of " +
      'what PostgreSQL returns, no timeouts, no heartbeat, no security headers, no bound on load, no problem ' +
      'documents. The benchmark first checks that both give the same answers.',
    `There are ${SCHEDULE.clients} clients. Each sends its next request when the last one is answered. The servers ` +
      'share one processor; PostgreSQL, Redis and the generator of the load share the other one. PostgreSQL ' +
      'confirms a commit when the disk has it; Redis stores nothing on a disk. Two servers are measured ' +
      `alternately, ${SCHEDULE.rounds} times for ${SCHEDULE.seconds} s each. The table shows medians of the rounds, and the ` +
      'medians of the ratios of each round. When a server used less than all of its processor, it waited for ' +
      'its database or for the load; the ratio a processor second then says what the service itself costs.',
    'The last tables ask whether a request costs the same however much is stored.',
  ],
  tables: [
    {
      caption: `The service on PostgreSQL over a bare handler. Goal: at least ${GOAL}.`,
      columns: [
        'request',
        'bare/s',
        'ours/s',
        'ours over bare',
        'the same a processor second',
        'processor of bare, ours',
      ],
      rows: speeds.map(({ request, bare, onPostgres, overBare }) => [
        request,
        bare.toFixed(0),
        onPostgres.toFixed(0),
        overBare.perSecond.toFixed(2),
        overBare.perCpuSecond.toFixed(2),
        overBare.cpuShares.map((share) => share.toFixed(2)).join(', '),
      ]),
    },
    {
      caption: 'The service on PostgreSQL over the service on Redis',
      columns: [
        'request',
        'on Redis/s',
        'on PostgreSQL/s',
        'PostgreSQL over Redis',
        'the same a processor second',
        'processor on Redis, on PostgreSQL',
      ],
      rows: speeds.map(({ request, onRedis, onPostgres, overRedis }) => [
        request,
        onRedis.toFixed(0),
        onPostgres.toFixed(0),
        overRedis.perSecond.toFixed(2),
        overRedis.perCpuSecond.toFixed(2),
        overRedis.cpuShares.map((share) => share.toFixed(2)).join(', '),
      ]),
    },
    {
      caption:
        'Appends by the number of connections to PostgreSQL. The commits of several connections share a ' +
        'write to the disk. With `synchronous_commit=off` a commit does not wait for the disk, and a crash ' +
        'of PostgreSQL loses the last ones: this is the limit of what sharing commits could give.',
      columns: ['DATABASE_POOL_SIZE', 'synchronous_commit', 'appends/s'],
      rows: commits.map(({ connections, synchronousCommit, perSecond }) => [
        String(connections),
        synchronousCommit,
        perSecond.toFixed(0),
      ]),
    },
    bySize(
      'Append one message on PostgreSQL. Goal: at most 1.10 times the first.',
      'messages there',
      sizes.appends,
    ),
    bySize(
      'Read the last 10 messages on PostgreSQL. Goal: at most 1.10 times the first.',
      'messages there',
      sizes.reads,
    ),
    bySize(
      'Create a conversation on PostgreSQL. Goal: at most 1.20 times the first.',
      'own conversations',
      sizes.creates,
    ),
    bySize(
      'A page of 20 conversations on PostgreSQL. Goal: at most 1.20 times the first.',
      'own conversations',
      sizes.lists,
    ),
  ],
  plot: {
    measure: 'ours over bare, 1.0 is as fast',
    bars: speeds.map(({ request, overBare }) => ({ label: request, value: overBare.perSecond })),
    goal: GOAL,
  },
});
