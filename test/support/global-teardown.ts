import { Redis } from 'ioredis';
import { auditRedis, countClients } from './redis-audit.ts';
import type { PostgresServer } from './postgres-server.ts';
import type { RedisServer } from './redis-server.ts';

/** After the last test the shared Redis must look as the specification says: this fails the run. */
export default async function tearDown(): Promise<void> {
  const { sharedRedis, sharedPostgres } = globalThis as unknown as {
    sharedRedis: RedisServer;
    sharedPostgres: PostgresServer;
  };
  const redis = new Redis(sharedRedis.port);
  try {
    const audit = { ...(await auditRedis(redis)), clients: await countClients(redis) };
    const isClean =
      audit.keysWithoutTtl.length === 0 &&
      audit.ownersInSeveralSlots.length === 0 &&
      audit.callsOfKeys === 0 &&
      audit.clients === 0;
    if (!isClean) throw new Error(`Redis after the tests: ${JSON.stringify(audit, null, 2)}`);
    process.stdout.write(`Redis after the tests: ${audit.keys} keys, each with a TTL. Clean.\n`);
  } finally {
    redis.disconnect();
    await Promise.all([sharedRedis.stop(), sharedPostgres.stop()]);
  }
}
