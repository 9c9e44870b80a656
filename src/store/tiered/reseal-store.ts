import { PostgresConnection } from '../postgres/connection/postgres-connection.js';
import { PostgresReseal } from '../postgres/reseal/postgres.reseal.js';
import { openRedisConnection } from '../redis/open-redis-store.js';
import { RedisKeys } from '../redis/redis.keys.js';
import { RedisReseal } from '../redis/reseal/redis.reseal.js';
import { RedisUsage } from '../redis/tier/redis.usage.js';
import type { ResealOptions } from '../sealing/reseal-run.js';
import { resealAll, type ResealResult } from '../sealing/reseal-walks.js';
import type { TieredStoreOptions } from './tiered.options.js';

/**
 * Seals anew what both tiers hold, each in its place: a conversation that is in both is sealed twice. Meanwhile a flush
 * may bring old bytes to PostgreSQL, and a hydration may bring them to Redis: the next pass finds them.
 * @throws Error that says what is wrong, without a secret
 */
export async function resealTieredStore(
  store: TieredStoreOptions,
  options: ResealOptions,
): Promise<ResealResult> {
  const { redis, postgres } = store;
  const hot = await openRedisConnection(redis);
  const record = new PostgresConnection(postgres);
  try {
    await record.connect();
    await Promise.all([hot.ping(), record.ping()]);
    const hasQuota = (store.ownerQuotaBytes ?? 0) > 0;
    const keys = new RedisKeys(redis.keyPrefix, { hasQuota, hasTier: true });
    const usage = new RedisUsage(hot, keys);
    const walks = [
      new PostgresReseal(record, (owner, addedBytes) => usage.chargeSaved(owner, addedBytes)),
      new RedisReseal(hot, keys),
    ];
    // Longer than a flush or a hydration holds what it has read.
    return await resealAll(walks, { ...options, settleMs: 4 * postgres.timeoutMs });
  } catch (error) {
    const { message } = error as Error;
    throw new Error(hot.diagnosis ?? record.diagnosis ?? message, { cause: error });
  } finally {
    hot.close();
    await record.close();
  }
}
