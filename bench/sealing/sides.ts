import { Redis } from 'ioredis';
import type { PostgresServer } from '../../test/support/postgres-server.js';
import { RedisServer } from '../../test/support/redis-server.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { startPinnedPostgres } from '../load/pinned-postgres.js';
import { pin, PROCESSOR } from '../load/pin.js';
import { startService } from '../load/pinned-service.js';
import { SETTINGS } from './settings.js';

/** A service with one of the settings, and a database of its own. */
export interface Side {
  readonly setting: string;
  readonly service: ServiceProcess;
  /** Bytes that its database has for everything that the service has stored. */
  readonly storedBytes: () => Promise<number>;
}

/** Starts a service for each setting, does the work, and ends them, whether the work succeeds or fails. */
export type WithSides = <T>(work: (sides: readonly Side[]) => Promise<T>) => Promise<T>;

/** On one Redis. The services share a processor, and Redis and the generator of load share the other one. */
export const onRedis: WithSides = async (work) => {
  const redis = await RedisServer.start();
  pin(redis.pid, PROCESSOR.other);
  pin(process.pid, PROCESSOR.other);
  try {
    return await withServices(async ({ environment }, database) => {
      const url = `${redis.url}/${database}`;
      const service = await startService({ REDIS_URL: url, ...environment });
      pin(service.pid, PROCESSOR.measured);
      return { service, storedBytes: () => redisBytes(url) };
    }, work);
  } finally {
    await redis.stop();
  }
};

/** On one PostgreSQL, which shares its processor with the generator of load. */
export const onPostgres: WithSides = async (work) => {
  const postgres = await startPinnedPostgres();
  try {
    return await withServices(async ({ environment }) => {
      const url = await postgres.createDatabase();
      const service = await startService({
        STORE_DRIVER: 'postgres',
        DATABASE_URL: url,
        ...environment,
      });
      pin(service.pid, PROCESSOR.measured);
      return { service, storedBytes: () => postgresBytes(postgres, new URL(url)) };
    }, work);
  } finally {
    await postgres.stop();
  }
};

async function withServices<T>(
  start: (setting: (typeof SETTINGS)[number], index: number) => Promise<Omit<Side, 'setting'>>,
  work: (sides: readonly Side[]) => Promise<T>,
): Promise<T> {
  const sides: Side[] = [];
  try {
    for (const [i, setting] of SETTINGS.entries()) {
      sides.push({ setting: setting.name, ...(await start(setting, i)) });
    }
    return await work(sides);
  } finally {
    for (const { service } of sides) await service.stop();
  }
}

/** `MEMORY USAGE` of all keys. */
async function redisBytes(url: string): Promise<number> {
  const client = new Redis(url);
  let bytes = 0;
  for (const key of await client.keys('*')) {
    bytes += (await client.memory('USAGE', key, 'SAMPLES', 0)) ?? 0;
  }
  client.disconnect();
  return bytes;
}

/** Of all tables with their indexes, and of texts that PostgreSQL holds beside a table. */
async function postgresBytes(postgres: PostgresServer, { pathname }: URL): Promise<number> {
  const database = pathname.slice(1);
  // What a filled table would do by itself some time later, in the middle of a measurement.
  await postgres.query('VACUUM ANALYZE', database);
  await postgres.query('CHECKPOINT', database);
  const [row] = await postgres.query<{ bytes: string }>(
    'SELECT sum(pg_total_relation_size(relid)) AS bytes FROM pg_stat_user_tables',
    database,
  );
  return Number(row?.bytes);
}
