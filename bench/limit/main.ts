import assert from 'node:assert/strict';
import { amount } from '../command-line.js';
import { keepProcessorsAwake } from '../load/awake.js';
import { closedLoop, type Load } from '../load/load.js';
import { besideBareHandler, type SideBySide } from '../load/bare-handler.js';
import { cpuMs } from '../load/process-usage.js';
import { saveReport } from '../report/report.js';
import { median } from '../report/statistics.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { prepareWorkloads, type Workload } from './workloads.js';

const ROUNDS = amount({ usual: 9, quick: 3 });
const CLIENTS = 32;
const SECONDS = 3;
const GOAL = 0.85;

/** A run of one server: answers a second, and a second of its own processor time. */
interface Run {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly cpuShare: number;
}

keepProcessorsAwake();
const rows: string[][] = [];
const bars: { label: string; value: number }[] = [];
await besideBareHandler(async (servers) => {
  const workloads = await prepareWorkloads(servers.ours);
  for (const workload of workloads) await assertSameAnswers(servers, workload);
  for (const workload of workloads) {
    const rounds = await measure(servers, workload);
    const of = (pick: (round: (typeof rounds)[number]) => number): number =>
      median(rounds.map(pick));
    const ratio = of((r) => r.ours.perSecond / r.bare.perSecond);
    rows.push([
      workload.name,
      of((r) => r.bare.perSecond).toFixed(0),
      of((r) => r.ours.perSecond).toFixed(0),
      ratio.toFixed(2),
      of((r) => r.ours.perCpuSecond / r.bare.perCpuSecond).toFixed(2),
      `${of((r) => r.bare.cpuShare).toFixed(2)}, ${of((r) => r.ours.cpuShare).toFixed(2)}`,
    ]);
    bars.push({ label: workload.name, value: ratio });
  }
});

saveReport('limit', {
  title: 'The service over a bare handler',
  command: 'npm run bench:limit',
  text: [
    'Beside the service runs what one would write by hand for speed alone (`bench/limit/bare-server.mjs`): Fastify, ioredis, the same Lua scripts on the same Redis, a token checked with a `KeyObject`, a JSON schema for the body, and nothing else: no check of what Redis returns, no heartbeat, no security headers, no bound on load, no problem documents. Both give the same answers, which is checked first.',
    `${CLIENTS} clients, each with its next request when the last is answered; both servers on one processor, in turns; Redis and the load on the other; ${ROUNDS} rounds of ${SECONDS} s each, medians, and the median of the ratios of the rounds. A share of the processor below 1 says that the load or Redis was what kept the server waiting: the ratio a processor second does not hide that.`,
  ],
  tables: [
    {
      columns: [
        'request',
        'bare/s',
        'ours/s',
        'ours over bare',
        'the same a processor second',
        'processor of bare, ours',
      ],
      rows,
    },
  ],
  plot: { measure: 'ours over bare, 1.0 is as fast', bars, goal: GOAL },
});

async function measure(
  { ours, bare }: SideBySide,
  workload: Workload,
): Promise<{ ours: Run; bare: Run }[]> {
  await run(ours, workload);
  await run(bare, workload);
  const rounds: { ours: Run; bare: Run }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Whoever comes second may find the machine otherwise: each does so every other time.
    if (round % 2 === 0) {
      const first = await run(bare, workload);
      rounds.push({ bare: first, ours: await run(ours, workload) });
    } else {
      const first = await run(ours, workload);
      rounds.push({ ours: first, bare: await run(bare, workload) });
    }
  }
  return rounds;
}

async function run(server: ServiceProcess, { next }: Workload): Promise<Run> {
  const load: Load = { port: portOf(server), next, seconds: SECONDS };
  const cpuBefore = cpuMs(server.pid);
  const { answers, seconds } = await closedLoop(load, CLIENTS);
  const cpuSeconds = (cpuMs(server.pid) - cpuBefore) / 1_000;
  const good = answers.filter(({ status }) => status >= 200 && status < 300).length;
  assert.equal(good, answers.length, 'There were answers that are no good.');
  return {
    perSecond: good / seconds,
    perCpuSecond: good / cpuSeconds,
    cpuShare: cpuSeconds / seconds,
  };
}

/** Two servers that do not say the same cannot be compared. */
async function assertSameAnswers(
  { ours, bare }: SideBySide,
  { name, asked }: Workload,
): Promise<void> {
  const [mine, theirs] = await Promise.all([asked(ours.url), asked(bare.url)]);
  assert.deepEqual(theirs, mine, name);
}

function portOf({ url }: ServiceProcess): number {
  return Number(new URL(url).port);
}
