import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { until } from '../../test/support/redis-server.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { atRate, findPeak, type Run } from '../load/measure.js';
import { PinnedService } from '../load/pinned-service.js';
import { rssMiB } from '../load/process-usage.js';
import { prepareWorkloads } from '../load/workloads.js';
import { median } from '../report/statistics.js';

const TENTHS = 10;
const WARM_UP_TENTHS = 2;
const SAMPLE_MS = 200;

export interface Soak {
  /** Requests a second. */
  readonly rate: number;
  readonly run: Run;
  /** The median of each tenth. */
  readonly rssMiB: readonly number[];
  /** Of the first tenth after the warm-up. */
  readonly rssBefore: number;
  /** Of the last tenth. */
  readonly rssAfter: number;
  /** MiB in use after a collection of all garbage, at the end of the same tenths. */
  readonly heapBefore: number;
  readonly heapAfter: number;
}

/** Reads and appends alternate at half of their peak. Redis stores the data, so the service need not grow. */
export async function soak(seconds: number): Promise<Soak> {
  const watch = pathToFileURL('bench/cost/memory-watch.mjs').href;
  const service = await PinnedService.start({}, ['--import', watch]);
  try {
    const { both } = await prepareWorkloads(service.process);
    const rate = (await findPeak(service, both)).goodPerSecond / 2;
    const tenthMs = (seconds * 1_000) / TENTHS;
    const load = atRate(service, both, { rate, seconds });
    const rss: number[] = [];
    let heapBefore = NaN;
    for (let tenth = 0; tenth < TENTHS; tenth++) {
      rss.push(await medianRss(service.pid, tenthMs));
      if (tenth === WARM_UP_TENTHS) heapBefore = await heapMiB(service.process);
    }
    const run = await load;
    return {
      rate,
      run,
      rssMiB: rss,
      rssBefore: rss[WARM_UP_TENTHS] as number,
      rssAfter: rss.at(-1) as number,
      heapBefore,
      heapAfter: await heapMiB(service.process),
    };
  } finally {
    await service.stop();
  }
}

async function medianRss(pid: number, ms: number): Promise<number> {
  const samples: number[] = [];
  const end = performance.now() + ms;
  while (performance.now() < end) {
    samples.push(rssMiB(pid));
    await delay(SAMPLE_MS);
  }
  return median(samples);
}

/** The heap in use, as memory-watch.mjs prints it. */
async function heapMiB(service: ServiceProcess): Promise<number> {
  const told = (): string[] => service.output.match(/^heap \d+$/gm) ?? [];
  const before = told().length;
  service.signal('SIGUSR2');
  await until(() => told().length > before);
  return Number(told().at(-1)?.split(' ')[1]) / 2 ** 20;
}
