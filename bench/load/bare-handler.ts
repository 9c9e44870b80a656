import type { RedisServer } from '../../test/support/redis-server.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { startService } from './pinned-service.js';

/**
 * A server written by hand that shows what the machine can do at most. It creates nothing: somebody else
 * has to fill the same Redis.
 */
export function startBareHandler(redis: RedisServer): Promise<ServiceProcess> {
  return startService({ REDIS_URL: redis.url }, { script: 'bench/limit/bare-server.mjs' });
}
