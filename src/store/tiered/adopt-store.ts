import { openRedisConnection } from '../redis/open-redis-store.js';
import { RedisKeys } from '../redis/redis.keys.js';
import { RedisTier } from '../redis/tier/redis.tier.js';
import type { TieredStoreOptions } from './tiered.options.js';

/** What an adoption did with the conversations of Redis. */
export interface StoreAdoption {
  /** It marked them as unsaved. */
  readonly marked: number;
  /** They cannot be read, and stay as they are. */
  readonly damaged: number;
}

/** Conversations that are marked at a time: requests come in between. */
const AT_ONCE = 50;

/**
 * Marks as unsaved the conversations that a store in Redis alone wrote, so that a flush saves them. PostgreSQL
 * is not needed for it.
 * @throws Error that says what is wrong, without a secret
 */
export async function adoptStore({ redis, ttlMs }: TieredStoreOptions): Promise<StoreAdoption> {
  const connection = await openRedisConnection(redis);
  try {
    await connection.ping();
    const keys = new RedisKeys(redis.keyPrefix, { hasTier: true });
    return await adoptAll(new RedisTier(connection, keys, ttlMs));
  } catch (error) {
    const { message } = error as Error;
    throw new Error(connection.diagnosis ?? message, { cause: error });
  } finally {
    connection.close();
  }
}

async function adoptAll({ hot }: RedisTier): Promise<StoreAdoption> {
  const counts = { adopted: 0, known: 0, gone: 0, damaged: 0 };
  for await (const conversations of hot.all()) {
    for (let start = 0; start < conversations.length; start += AT_ONCE) {
      const batch = conversations.slice(start, start + AT_ONCE);
      const results = await Promise.all(batch.map(({ owner, id }) => hot.adopt(owner, id)));
      for (const result of results) counts[result]++;
    }
  }
  return { marked: counts.adopted, damaged: counts.damaged };
}
