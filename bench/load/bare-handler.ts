import type { RedisServer } from '../../test/support/redis-server.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { pin, PROCESSOR } from './pin.js';
import { PinnedService, startService } from './pinned-service.js';

/** The service, and the handler written by hand that says what the machine makes of anybody. */
export interface SideBySide {
  readonly ours: ServiceProcess;
  readonly bare: ServiceProcess;
}

/** Both on one processor and with the same Redis. They end with the work, whatever comes of it. */
export async function besideBareHandler(
  work: (servers: SideBySide) => Promise<void>,
): Promise<void> {
  const service = await PinnedService.start();
  try {
    const bare = await startBareHandler(service.redis);
    try {
      await work({ ours: service.process, bare });
    } finally {
      await bare.stop();
    }
  } finally {
    await service.stop();
  }
}

/** It creates nothing: what it serves, somebody else has put into the same Redis. */
export async function startBareHandler(redis: RedisServer): Promise<ServiceProcess> {
  const environment = { REDIS_URL: redis.url };
  const bare = await startService(environment, { script: 'bench/limit/bare-server.mjs' });
  pin(bare.pid, PROCESSOR.measured);
  return bare;
}
