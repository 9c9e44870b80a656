import { RedisServer } from './redis-server.ts';
import { requirePrograms } from './required-programs.ts';

/** One Redis for the whole run; tests that make trouble start one of their own. */
export default async function setUp(): Promise<void> {
  requirePrograms();
  const server = await RedisServer.start();
  Object.assign(globalThis, { sharedRedis: server });
  process.env['TEST_REDIS_URL'] = server.url;
}
