import { setTimeout as delay } from 'node:timers/promises';
import { RedisServer, until } from '../../test/support/redis-server.js';
import { ServiceProcess } from '../../test/support/service-process.js';
import { SERVICE_ENVIRONMENT } from '../load/pinned-service.js';
import { rssMiB } from '../load/process-usage.js';
import { median } from '../report/statistics.js';

const STARTS = 5;
/** For what a process does right behind its start. */
const SETTLE_MS = 1_000;

export interface Start {
  readonly readyMs: number;
  readonly rssMiB: number;
}

/** From the spawn of a process to its first good answer at /health/ready: medians of some starts. */
export async function measureStarts(driver: 'memory' | 'redis'): Promise<Start> {
  const redis = await RedisServer.start();
  try {
    const environment = {
      ...SERVICE_ENVIRONMENT,
      ...(driver === 'redis' ? { REDIS_URL: redis.url } : { STORE_DRIVER: 'memory' }),
    };
    // The first one reads its files from the disk, and does not count.
    await start(environment);
    const starts: Start[] = [];
    for (let i = 0; i < STARTS; i++) starts.push(await start(environment));
    return {
      readyMs: median(starts.map(({ readyMs }) => readyMs)),
      rssMiB: median(starts.map((one) => one.rssMiB)),
    };
  } finally {
    await redis.stop();
  }
}

async function start(environment: Readonly<Record<string, string>>): Promise<Start> {
  const since = performance.now();
  const service = await ServiceProcess.start(environment);
  try {
    await until(async () => (await fetch(`${service.url}/health/ready`)).ok);
    const readyMs = performance.now() - since;
    await delay(SETTLE_MS);
    return { readyMs, rssMiB: rssMiB(service.pid) };
  } finally {
    await service.stop();
  }
}
