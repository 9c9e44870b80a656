import { Redis } from 'ioredis';
import type { PostgresServer } from '../../test/support/postgres-server.js';
import type { RedisServer } from '../../test/support/redis-server.js';
import { completeTieredOptions } from '../../src/store/tiered/complete-options.js';
import { openTiers, type Tiers } from '../../src/store/tiered/open-tiers.js';

/** Both tiers, opened in this process. Nothing flushes them by itself. */
export interface OwnTiers {
  readonly tiers: Tiers;
  /** For commands that no store has. */
  readonly redis: Redis;
  readonly database: string;
  close(): Promise<void>;
}

/** @param url of a database; it needs no tables */
export async function openOwnTiers({ port }: RedisServer, url: string): Promise<OwnTiers> {
  const { hostname, port: postgresPort, pathname, username } = new URL(url);
  const database = pathname.slice(1);
  const tiers = await openTiers(
    completeTieredOptions({
      driver: 'tiered',
      redis: { topology: { mode: 'standalone', node: { host: '127.0.0.1', port }, db: 0 } },
      postgres: { host: hostname, port: Number(postgresPort), database, user: username },
      maxMessagesPerConversation: 1_000_000,
      maxConversationsPerUser: 1_000_000,
    }),
  );
  const redis = new Redis(port);
  return {
    tiers,
    redis,
    database,
    async close() {
      redis.disconnect();
      await Promise.all(tiers.background.map((task) => task.stop()));
      await tiers.hot.close();
      await tiers.record.close();
    },
  };
}

/** Empties both tiers. */
export async function clear({ redis, database }: OwnTiers, postgres: PostgresServer) {
  await redis.flushall();
  await postgres.query(
    'TRUNCATE conversations, messages, idempotency_records, owners, flush_numbers',
    database,
  );
}

/** The keys of the conversations that Redis holds. */
export async function conversationKeys(redis: Redis): Promise<string[]> {
  const keys = await redis.keys('cs:*:conv:*');
  return keys.filter((key) => /:conv:[^:]*$/.test(key));
}
