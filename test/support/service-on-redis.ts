import type { RedisStoreOptions } from 'conversation-store';
import type { RedisServer } from './redis-server.js';
import { redisOptions } from './redis-store.js';
import { startService, type TestService } from './service.js';

/** The service with its store in this Redis server. */
export function startServiceOn(
  redis: RedisServer,
  options: Partial<RedisStoreOptions> = {},
): Promise<TestService> {
  const node = { host: '127.0.0.1', port: redis.port };
  const topology = { mode: 'standalone', node, db: 0 } as const;
  return startService({ store: { driver: 'redis', ...redisOptions({ topology, ...options }) } });
}
