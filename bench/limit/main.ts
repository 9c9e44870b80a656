import type { ServiceProcess } from '../../test/support/service-process.js';
import { amount } from '../command-line.js';
import { preventProcessorSleep } from '../load/awake.js';
import { startBareHandler } from '../load/bare-handler.js';
import { pin, PROCESSOR } from '../load/pin.js';
import { startService } from '../load/pinned-service.js';
import { alternate, sideBySide, type Round, type Schedule } from '../load/side-by-side.js';
import type { Workload } from '../load/workloads.js';
import { saveReport } from '../report/report.js';
import { median } from '../report/statistics.js';
import { startTraceSink } from './trace-sink.js';
import { assertSameAnswers, prepareWorkloads } from './workloads.js';

const SCHEDULE: Schedule = { rounds: amount({ usual: 9, quick: 3 }), clients: 32, seconds: 3 };
const GOAL = 0.85;

/** What a service may do besides, with the variables that make it do so. */
const extrasOf = (tracesUrl: string): [name: string, variables: Record<string, string>][] => [
  // As in production.
  ['with a line in the log', { ACCESS_LOG: 'true', LOG_FORMAT: 'json' }],
  ['with limits of the rate', { RATE_LIMIT_USER: '1000000/60', RATE_LIMIT_TENANT: '1000000/60' }],
  [
    'with one trace of a hundred',
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: tracesUrl,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    },
  ],
  ['with all traces', { OTEL_EXPORTER_OTLP_ENDPOINT: tracesUrl }],
];

preventProcessorSleep();
const sink = await startTraceSink();
const rows: string[][] = [];
const bars: { label: string; value: number }[] = [];
await sideBySide(startBareHandler, async ({ ours, other, redis }) => {
  const workloads = await prepareWorkloads(ours);
  for (const workload of workloads) await assertSameAnswers(ours, other, workload);
  for (const workload of workloads) await measure(workload.name, ours, other, workload);
  const append = workloads[0] as Workload;
  for (const [name, variables] of extrasOf(sink.url)) {
    const service = await startService({ REDIS_URL: redis.url, ...variables });
    pin(service.pid, PROCESSOR.measured);
    await measure(`${append.name}, ${name}`, service, other, append);
    await service.stop();
  }
});
await sink.stop();

async function measure(
  name: string,
  service: ServiceProcess,
  bareHandler: ServiceProcess,
  workload: Workload,
): Promise<void> {
  const ours = { server: service, workload };
  const bare = { server: bareHandler, workload };
  const rounds = await alternate({ ours, other: bare }, SCHEDULE);
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const ratio = of((r) => r.ours.goodPerSecond / r.other.goodPerSecond);
  rows.push([
    name,
    of((r) => r.other.goodPerSecond).toFixed(0),
    of((r) => r.ours.goodPerSecond).toFixed(0),
    ratio.toFixed(2),
    of((r) => r.ours.goodPerCpuSecond / r.other.goodPerCpuSecond).toFixed(2),
    `${of((r) => r.other.cpuShare).toFixed(2)}, ${of((r) => r.ours.cpuShare).toFixed(2)}`,
  ]);
  bars.push({ label: name, value: ratio });
}

saveReport('limit', {
  title: 'The service over a bare handler',
  command: 'npm run bench:limit',
  text: [
    'The service is compared with a server that was written by hand for speed alone (`bench/limit/bare-server.mjs`). That server has Fastify, ioredis, the same Lua scripts on the same Redis, a token that is verified with a `KeyObject`, and a JSON schema for the body. It has nothing else: no check of what Redis returns, no heartbeat, no security headers, no bound on load, no problem documents. Neither logs a line for each request, counts requests against a limit or records traces: the last rows show a service that does one of these. The benchmark first checks that both servers give the same answers.',
    `There are ${SCHEDULE.clients} clients. Each sends its next request when the last one is answered. Both servers share one processor and are measured alternately, ${SCHEDULE.rounds} times for ${SCHEDULE.seconds} s each. Redis and the generator of the load share the other processor. The table shows medians of the rounds, and the medians of the ratios of each round. When a server used less than all of its processor, it waited for Redis or for the load; the ratio a processor second is then the better measure.`,
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
