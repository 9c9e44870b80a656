import type { Owner } from 'conversation-store';
import { openRedisConnection } from '../../src/store/redis/open-redis-store.js';
import { RedisKeys } from '../../src/store/redis/redis.keys.js';
import { RedisTier } from '../../src/store/redis/tier/redis.tier.js';
import type { TieredStoreOptions } from '../../src/store/tiered/tiered.options.js';
import { PostgresServer } from './postgres-server.js';
import { postgresOptions } from './postgres-store.js';
import { RedisServer } from './redis-server.js';
import { redisOptions } from './redis-store.js';
import { tieredOptions } from './tiered-store.js';

export interface TestTierOptions extends Partial<Omit<TieredStoreOptions, 'redis' | 'postgres'>> {
  /** Of both tiers. */
  readonly timeoutMs?: number;
}

/** The options of a store whose Redis is this server, in front of this database. */
export function optionsOfTiers(
  { redis, databaseUrl }: { redis: Pick<RedisServer, 'port'>; databaseUrl: string },
  { timeoutMs = 5_000, ...options }: TestTierOptions = {},
): TieredStoreOptions {
  const node = { host: '127.0.0.1', port: redis.port };
  return {
    ...tieredOptions({ keyPrefix: 'cs:', databaseUrl }, options),
    redis: redisOptions({ topology: { mode: 'standalone', node, db: 0 }, timeoutMs }),
    postgres: postgresOptions(databaseUrl, { timeoutMs }),
  };
}

/** A Redis and a PostgreSQL of the test's own, which a test can stop. */
export class TierServers {
  private constructor(
    readonly redis: RedisServer,
    readonly postgres: PostgresServer,
  ) {}

  static async start(): Promise<TierServers> {
    const [redis, postgres] = await Promise.all([
      RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always'),
      // Only a crash of the machine would lose what is not synced: a commit outlives the server.
      PostgresServer.start({ settings: { fsync: 'off' } }),
    ]);
    return new TierServers(redis, postgres);
  }

  async stop(): Promise<void> {
    this.redis.thaw();
    await Promise.all([this.redis.stop(), this.postgres.stop()]);
  }

  /** Takes a saved conversation out of Redis, as its deadline would do. */
  async cool(owner: Owner, ...ids: readonly string[]): Promise<void> {
    await this.withTier(async (tier) => {
      for (const id of ids) {
        const result = await tier.hot.drop(owner, id, { onlyClean: true });
        if (result !== 'dropped') throw new Error(`Conversation ${id} is ${result}.`);
      }
    });
  }

  private async withTier(work: (tier: RedisTier) => Promise<void>): Promise<void> {
    const node = { host: '127.0.0.1', port: this.redis.port };
    const options = redisOptions({ topology: { mode: 'standalone', node, db: 0 } });
    const connection = await openRedisConnection(options);
    const keys = new RedisKeys('cs:', { hasTier: true });
    try {
      await work(new RedisTier(connection, keys, null));
    } finally {
      connection.close();
    }
  }
}
