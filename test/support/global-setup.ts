import { PostgresServer } from './postgres-server.ts';
import { RedisServer } from './redis-server.ts';
import { requirePrograms } from './required-programs.ts';

/** One Redis and one PostgreSQL for the whole run; tests that make trouble start one of their own. */
export default async function setUp(): Promise<void> {
  requirePrograms();
  const [redis, postgres] = await Promise.all([
    RedisServer.start(),
    PostgresServer.start({ isDurable: false, settings: { max_connections: 200 } }),
  ]);
  Object.assign(globalThis, { sharedRedis: redis, sharedPostgres: postgres });
  process.env['TEST_REDIS_URL'] = redis.url;
  process.env['TEST_POSTGRES_URL'] = postgres.url;
}
