import { createRedisClient } from './connection/client.js';
import { RedisConnection } from './connection/connection.js';
import { createReplicatedWrites } from './connection/replicated-writes.js';
import { RedisKeys } from './redis.keys.js';
import type { RedisStoreOptions } from './redis.options.js';
import { RedisConversationStore } from './redis.store.js';

/** A store that is connected, or that goes on trying to connect when Redis is away. */
export async function openRedisStore(options: RedisStoreOptions): Promise<RedisConversationStore> {
  const connection = new RedisConnection(
    createRedisClient(options),
    createReplicatedWrites(options),
  );
  await connection.connect();
  const keys = new RedisKeys(options.keyPrefix, (options.ownerQuotaBytes ?? 0) > 0);
  return new RedisConversationStore(connection, keys, options);
}
