import { PinnedService } from '../load/pinned-service.js';
import { rssMiB } from '../load/process-usage.js';
import { quantile } from '../report/statistics.js';
import { OVERLOAD_SECONDS, atPeak, atRate, bestClients, type Run } from './measure.js';
import { uploadWithoutToken } from './uploads.js';
import { prepareWorkloads } from './workloads.js';

const ROUNDS = Number(process.argv[2] ?? 5);
const TIMES = 4;

const service = await PinnedService.start({
  MAX_MESSAGES_PER_CONVERSATION: '1000000',
  NODE_OPTIONS: '--max-semi-space-size=64', // as `npm start` has it
});
try {
  const table: Record<string, Record<string, string>> = {};
  for (const workload of await prepareWorkloads(service.process)) {
    const clients = await bestClients(service, workload);
    const rounds: { peak: Run; overload: Run }[] = [];
    const rssBefore = rssMiB(service.pid);
    for (let round = 0; round < ROUNDS; round++) {
      const peak = await atPeak(service, workload, clients);
      const overload = await atRate(service, workload, TIMES * peak.goodPerSecond);
      rounds.push({ peak, overload });
    }
    const median = (of: (round: { peak: Run; overload: Run }) => number): number =>
      quantile(rounds.map(of), 0.5);
    const goodMs = rounds.flatMap(({ overload }) => overload.goodMs);
    const refusedMs = rounds.flatMap(({ overload }) => overload.refusedMs);
    table[workload.name] = {
      [`peak good/s (${clients} clients)`]: median(({ peak }) => peak.goodPerSecond).toFixed(0),
      [`good/s at ${TIMES}x`]: median(({ overload }) => overload.goodPerSecond).toFixed(0),
      ratio: median((r) => r.overload.goodPerSecond / r.peak.goodPerSecond).toFixed(2),
      'ratio a CPU second': median(
        (r) => r.overload.goodPerCpuSecond / r.peak.goodPerCpuSecond,
      ).toFixed(2),
      'refused/s': (refusedMs.length / ROUNDS / OVERLOAD_SECONDS).toFixed(0),
      other: String(rounds.reduce((sum, { overload }) => sum + overload.other, 0)),
      'held back/s': (
        rounds.reduce((sum, { overload }) => sum + overload.unsent, 0) /
        ROUNDS /
        OVERLOAD_SECONDS
      ).toFixed(0),
      'processor of the service at peak, at 4x': `${median(({ peak }) => peak.cpuShare).toFixed(2)}, ${median(({ overload }) => overload.cpuShare).toFixed(2)}`,
      'good p50/p99 ms': `${quantile(goodMs, 0.5).toFixed(0)}/${quantile(goodMs, 0.99).toFixed(0)}`,
      'refused p50/p99 ms': `${quantile(refusedMs, 0.5).toFixed(0)}/${quantile(refusedMs, 0.99).toFixed(0)}`,
      'RSS before/max/end MiB': [
        rssBefore,
        Math.max(...rounds.map(({ overload }) => overload.rssMaxMiB)),
        rssMiB(service.pid),
      ]
        .map((mib) => mib.toFixed(0))
        .join('/'),
    };
    console.log(workload.name, table[workload.name]);
  }
  console.log(await uploadWithoutToken(service));
} finally {
  await service.stop();
}
