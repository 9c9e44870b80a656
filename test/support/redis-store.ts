import type { RedisStoreOptions } from 'conversation-store';
import { openRedisStore as open } from '../../src/store/redis/open-redis-store.js';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';

/** The port of the Redis that all tests share. */
export function sharedRedisPort(): number {
  return Number(new URL(process.env['TEST_REDIS_URL'] ?? '').port);
}

export function redisOptions(options: Partial<RedisStoreOptions> = {}): RedisStoreOptions {
  return {
    topology: {
      mode: 'standalone',
      node: { host: '127.0.0.1', port: sharedRedisPort() },
      db: 0,
    },
    timeoutMs: 5_000,
    waitReplicas: 0,
    keyPrefix: 'cs:',
    marks: false,
    ttlMs: 600_000,
    maxMessagesPerConversation: 10_000,
    maxConversationsPerUser: 10_000,
    pageBytes: 1024 * 1024,
    ...options,
  };
}

export function openRedisStore(
  options?: Partial<RedisStoreOptions>,
): Promise<RedisConversationStore> {
  return open(redisOptions(options));
}
