import { amount } from '../command-line.js';
import { preventProcessorSleep } from '../load/awake.js';
import { startBareHandler } from '../load/bare-handler.js';
import { sideBySide } from '../load/side-by-side.js';
import { prepareWorkloads } from '../load/workloads.js';
import { saveReport } from '../report/report.js';
import { quantile } from '../report/statistics.js';
import type { Run } from '../load/measure.js';
import { atHalf, type HalfLoad } from './half-load.js';

const SECONDS = amount({ usual: 60, quick: 10 });
const READ_GOAL_MS = 10;
const APPEND_GOAL_MS = 20;

interface Tail {
  readonly name: string;
  readonly goalMs: number;
  readonly load: HalfLoad;
}

const tails: Tail[] = [];
preventProcessorSleep();
await sideBySide(startBareHandler, async (servers) => {
  const { reads, appends, both } = await prepareWorkloads(servers.ours);
  const read = { name: 'read 50 messages', goalMs: READ_GOAL_MS };
  const append = { name: 'append a message', goalMs: APPEND_GOAL_MS };
  const [alone] = await atHalf(servers, { all: reads, parts: [reads] }, SECONDS);
  tails.push({ ...read, load: alone as HalfLoad });
  const [writes] = await atHalf(servers, { all: appends, parts: [appends] }, SECONDS);
  tails.push({ ...append, load: writes as HalfLoad });
  const [r, a] = await atHalf(servers, { all: both, parts: [reads, appends] }, SECONDS);
  tails.push({ ...read, name: `${read.name}, beside appends`, load: r as HalfLoad });
  tails.push({ ...append, name: `${append.name}, beside reads`, load: a as HalfLoad });
});

/** A request without a good answer counts as never answered. */
function quantileOf(runs: readonly Run[], q: number): number {
  const failed = Array.from({ length: failuresOf(runs) }, () => Infinity);
  return quantile([...runs.flatMap(({ goodMs }) => goodMs), ...failed], q);
}

function failuresOf(runs: readonly Run[]): number {
  return runs.reduce((sum, run) => sum + run.refused + run.other + run.unsent, 0);
}

function failureShareOf(runs: readonly Run[]): string {
  const failed = failuresOf(runs);
  return `${failed} of ${runs.reduce((sum, run) => sum + run.good, failed)}`;
}

function rowsOf({ name, goalMs, load }: Tail): string[][] {
  const ms = (runs: readonly Run[]): string[] =>
    [0.5, 0.99, 0.999, 1].map((q) => quantileOf(runs, q).toFixed(1).replace('Infinity', 'never'));
  const share = (runs: readonly Run[]): string =>
    (runs.reduce((all, run) => all + run.cpuShare, 0) / runs.length).toFixed(2);
  const { rate, ours, bare } = load;
  const at = rate.toFixed(0);
  return [
    [name, at, ...ms(ours), `< ${goalMs}`, failureShareOf(ours), share(ours)],
    ['the same, bare handler', at, ...ms(bare), '', failureShareOf(bare), share(bare)],
  ];
}

saveReport('tail', {
  title: 'How long the slowest wait at half load',
  command: 'npm run bench:tail',
  text: [
    `Each load runs for ${SECONDS} s. Requests come at random times, half as many as the service answers at ` +
      'its peak. The time of a request begins when the request is due, so a request counts as late when the ' +
      'generator sends it late. The three seconds before do not count, because the first requests on 1,000 ' +
      'new connections are slow with any server.',
    'Redis and the generator share a processor. The slowest requests often waited there, or for the machine. ' +
      'The bare handler of `npm run bench:limit` shows how much that is: it gets as many requests, alternately ' +
      'with the service, on the same processor and the same Redis.',
  ],
  tables: [
    {
      columns: [
        '',
        'rate/s',
        'p50 ms',
        'p99 ms',
        'p99.9 ms',
        'longest ms',
        'goal of p99',
        'not answered well',
        'processor of the server',
      ],
      rows: tails.flatMap(rowsOf),
    },
  ],
  plot: {
    measure: 'p99 in milliseconds',
    bars: tails.map(({ name, goalMs, load }) => ({
      label: name,
      // A p99 of never is drawn as a second.
      value: Math.min(quantileOf(load.ours, 0.99), 1_000),
      goal: goalMs,
    })),
  },
});
