import type { PostgresServer } from '../../test/support/postgres-server.js';
import { RedisServer } from '../../test/support/redis-server.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { pin, PROCESSOR } from '../load/pin.js';
import { startPinnedPostgres } from '../load/pinned-postgres.js';
import { PinnedService, startService } from '../load/pinned-service.js';
import { openOwnTiers, type OwnTiers } from './own-tiers.js';

/** The services share a processor; their databases and the generator of the load share the other one. */
export interface TieredServers {
  readonly onTiers: ServiceProcess;
  readonly onRedis: ServiceProcess;
  readonly postgres: PostgresServer;
  /** The tiers of `onTiers`. */
  readonly own: OwnTiers;
}

/** Starts them all. They end with the work, whether it succeeds or fails. */
export async function withTieredServers(
  work: (servers: TieredServers) => Promise<void>,
): Promise<void> {
  const running: { stop(): Promise<unknown> }[] = [];
  const start = async <T extends { stop(): Promise<unknown> }>(starting: Promise<T>) => {
    const server = await starting;
    running.unshift(server);
    return server;
  };
  try {
    const postgres = await start(startPinnedPostgres({ track_commit_timestamp: 'on' }));
    const redis = await start(startPinnedRedis());
    const onTiers = await start(
      startService({
        STORE_DRIVER: 'tiered',
        REDIS_URL: redis.url,
        DATABASE_URL: postgres.url,
      }),
    );
    pin(onTiers.pid, PROCESSOR.measured);
    const { process: onRedis } = await start(PinnedService.start());
    const own = await openOwnTiers(redis, postgres.url);
    running.unshift({ stop: () => own.close() });
    await work({ onTiers, onRedis, postgres, own });
  } finally {
    for (const server of running) await server.stop();
  }
}

export async function startPinnedRedis(): Promise<RedisServer> {
  const redis = await RedisServer.start();
  pin(redis.pid, PROCESSOR.other);
  return redis;
}
