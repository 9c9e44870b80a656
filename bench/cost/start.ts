import { setTimeout as delay } from 'node:timers/promises';
import { RedisServer, until } from '../../test/support/redis-server.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { startService } from '../load/pinned-service.js';
import { rssMiB } from '../load/process-usage.js';
import { median } from '../report/statistics.js';

const STARTS = 5;
/** For the work that a process does right after its start. */
const SETTLE_MS = 1_000;
/** V8 gives memory back when nothing has happened for ten to twenty seconds. */
const GIVE_BACK_MS = 30_000;

export interface Start {
  /** From the spawn of the process to its first good answer at /health/ready. */
  readonly readyMs: number;
  readonly rssMiB: number;
  /** Of one more process, half a minute after its start. It has had no request except the probes of the start. */
  readonly rssLaterMiB: number;
}

/** Medians of some starts. No other process runs during a start. */
export async function measureStarts(driver: 'memory' | 'redis'): Promise<Start> {
  const redis = await RedisServer.start();
  try {
    const environment: Readonly<Record<string, string>> =
      driver === 'redis' ? { REDIS_URL: redis.url } : { STORE_DRIVER: 'memory' };
    // The first start reads its files from the disk, and does not count.
    await (await start(environment)).service.stop();
    const starts: Started[] = [];
    for (let i = 0; i < STARTS; i++) {
      const started = await start(environment);
      starts.push(started);
      await started.service.stop();
    }
    const { service } = await start(environment);
    await delay(GIVE_BACK_MS);
    const rssLaterMiB = rssMiB(service.pid);
    await service.stop();
    return {
      readyMs: median(starts.map(({ readyMs }) => readyMs)),
      rssMiB: median(starts.map((one) => one.rssMiB)),
      rssLaterMiB,
    };
  } finally {
    await redis.stop();
  }
}

interface Started extends Pick<Start, 'readyMs' | 'rssMiB'> {
  readonly service: ServiceProcess;
}

async function start(environment: Readonly<Record<string, string>>): Promise<Started> {
  const since = performance.now();
  const service = await startService(environment);
  try {
    await until(async () => (await fetch(`${service.url}/health/ready`)).ok);
    const readyMs = performance.now() - since;
    await delay(SETTLE_MS);
    return { service, readyMs, rssMiB: rssMiB(service.pid) };
  } catch (error) {
    await service.stop();
    throw error;
  }
}
