import type { ConversationStore, RedisStoreOptions } from 'conversation-store';
import { openRedisStore as open } from '../../src/store/redis/open-redis-store.js';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { Sealing } from '../../src/store/sealing/sealing.js';
import { mixedStore } from './mixed-store.js';
import { KEY_1, SEALING } from './sealings.js';

/** Writes texts as they are, and reads those that others have sealed. */
const OPENING = new Sealing({ openingKeys: [KEY_1] });

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

/** What it writes is sealed every second time, as while a service is switched over. */
export async function openHalfSealedStore(
  options?: Partial<RedisStoreOptions>,
): Promise<ConversationStore> {
  const plain = await openRedisStore({ ...options, sealing: OPENING });
  return mixedStore([plain, await openRedisStore({ ...options, sealing: SEALING })]);
}
