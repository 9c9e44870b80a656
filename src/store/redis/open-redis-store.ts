import { createRedisClient } from './connection/redis-client.js';
import { RedisConnection } from './connection/redis-connection.js';
import type { RedisStoreOptions } from './connection/redis.options.js';
import { replicatedWrites } from './connection/replication.js';
import { RedisKeys } from './redis.keys.js';
import { RedisConversationStore } from './redis.store.js';

/** A store that is connected, or that goes on trying to connect when Redis is away. */
export async function openRedisStore(options: RedisStoreOptions): Promise<RedisConversationStore> {
  const connection = new RedisConnection(createRedisClient(options), replicatedWrites(options));
  await connection.connect();
  return new RedisConversationStore(connection, new RedisKeys(options.keyPrefix), options);
}
