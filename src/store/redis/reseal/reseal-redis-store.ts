import type { ResealOptions } from '../../sealing/reseal-run.js';
import { resealAll, type ResealResult } from '../../sealing/reseal-walks.js';
import { openRedisConnection } from '../open-redis-store.js';
import { RedisKeys } from '../redis.keys.js';
import type { RedisStoreOptions } from '../redis.options.js';
import { RedisReseal } from './redis.reseal.js';

/**
 * Seals anew what a store in Redis alone holds.
 * @throws Error that says what is wrong, without a secret
 */
export async function resealRedisStore(
  store: RedisStoreOptions,
  options: ResealOptions,
): Promise<ResealResult> {
  const connection = await openRedisConnection(store);
  try {
    await connection.ping();
    const keys = new RedisKeys(store.keyPrefix, {
      hasQuota: (store.ownerQuotaBytes ?? 0) > 0,
      hasTier: store.marks,
    });
    const walk = new RedisReseal(connection, keys);
    // Every change is one script, which writes no text that it has read before.
    return await resealAll([walk], { ...options, settleMs: 0 });
  } catch (error) {
    const { message } = error as Error;
    throw new Error(connection.diagnosis ?? message, { cause: error });
  } finally {
    connection.close();
  }
}
