import { amount } from '../command-line.js';
import { PinnedService } from '../load/pinned-service.js';
import { prepareWorkloads } from '../load/workloads.js';
import { saveReport } from '../report/report.js';
import { quantile } from '../report/statistics.js';
import { atHalf, bothAtHalf, type HalfLoad } from './half-load.js';

const SECONDS = amount({ usual: 60, quick: 10 });
const READ_GOAL_MS = 10;
const APPEND_GOAL_MS = 20;

interface Tail {
  readonly name: string;
  readonly goalMs: number;
  readonly load: HalfLoad;
}

const tails: Tail[] = [];
const service = await PinnedService.start();
try {
  const workloads = await prepareWorkloads(service.process);
  const read = { name: 'read 50 messages', goalMs: READ_GOAL_MS };
  const append = { name: 'append a message', goalMs: APPEND_GOAL_MS };
  tails.push({ ...read, load: await atHalf(service, workloads.reads, SECONDS) });
  tails.push({ ...append, load: await atHalf(service, workloads.appends, SECONDS) });
  const both = await bothAtHalf(service, workloads, SECONDS);
  tails.push({ ...read, name: `${read.name}, beside appends`, load: both.reads });
  tails.push({ ...append, name: `${append.name}, beside reads`, load: both.appends });
} finally {
  await service.stop();
}

function row({ name, goalMs, load: { peakPerSecond, rate, run } }: Tail): string[] {
  const ms = [0.5, 0.99, 0.999, 1].map((q) => quantile(run.goodMs, q).toFixed(1));
  const failed = run.refused + run.other + run.unsent;
  return [
    name,
    peakPerSecond.toFixed(0),
    rate.toFixed(0),
    ...ms,
    `< ${goalMs}`,
    `${failed} of ${run.good + failed}`,
    run.cpuShare.toFixed(2),
  ];
}

saveReport('tail', {
  title: 'How long the slowest wait at half load',
  command: 'npm run bench:tail',
  text: [
    `For ${SECONDS} s each, requests come at random times, half as many as the service answers at its peak; ` +
      'a time counts from when a request was due, so that one that waited for a late generator counts as ' +
      'late. Redis and the generator share a processor: the slowest of all often waited there, or for the ' +
      'machine.',
  ],
  tables: [
    {
      columns: [
        '',
        'peak/s',
        'rate/s',
        'p50 ms',
        'p99 ms',
        'p99.9 ms',
        'longest ms',
        'goal of p99',
        'not answered well',
        'processor of the service',
      ],
      rows: tails.map(row),
    },
  ],
  plot: {
    measure: 'p99 in milliseconds',
    bars: tails.map(({ name, goalMs, load }) => ({
      label: name,
      value: quantile(load.run.goodMs, 0.99),
      goal: goalMs,
    })),
  },
});
