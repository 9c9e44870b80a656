import { createRedisClient } from './connection/client.js';
import { RedisConnection } from './connection/connection.js';
import type { RedisConnectionOptions } from './connection/options.js';
import { createReplicatedWrites } from './connection/replicated-writes.js';
import { RedisKeys } from './redis.keys.js';
import type { RedisStoreOptions } from './redis.options.js';
import { RedisConversationStore } from './redis.store.js';

/** A store that is connected, or that goes on trying to connect when Redis is away. */
export async function openRedisStore(options: RedisStoreOptions): Promise<RedisConversationStore> {
  const keys = new RedisKeys(options.keyPrefix, {
    hasQuota: (options.ownerQuotaBytes ?? 0) > 0,
    hasTier: options.marks,
  });
  const { sealing } = options;
  const connection = await openRedisConnection(options);
  return new RedisConversationStore(connection, keys, options, { ...(sealing && { sealing }) });
}

/** A connection, or one that goes on trying to connect. */
export async function openRedisConnection(
  options: RedisConnectionOptions,
): Promise<RedisConnection> {
  const connection = new RedisConnection(
    createRedisClient(options),
    createReplicatedWrites(options),
  );
  await connection.connect();
  return connection;
}
