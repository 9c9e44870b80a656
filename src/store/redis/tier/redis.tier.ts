import { NO_SEALING } from '../../sealing/sealing.js';
import type { RedisKeys } from '../redis.keys.js';
import { RedisDeletes } from './redis.deletes.js';
import { RedisFills } from './redis.fills.js';
import { RedisFlushes } from './redis.flushes.js';
import { RedisHotConversations } from './redis.hot-conversations.js';
import { RedisUsage } from './redis.usage.js';
import { RedisSnapshots } from './redis.snapshots.js';
import type { TierConnection } from './tier-connection.js';

/**
 * Redis as the tier in front of a record: which conversations it holds, what the record does not have of
 * them yet, and how they come and go. A `member` is a conversationKey, as the partition's `hotKey` and
 * `deletedKey` hold it.
 */
export class RedisTier {
  readonly flushes: RedisFlushes;
  readonly snapshots: RedisSnapshots;
  readonly hot: RedisHotConversations;
  readonly fills: RedisFills;
  readonly deletes: RedisDeletes;
  readonly usage: RedisUsage;

  /**
   * @param keys with the keys of a tier
   * @param retentionMs from the last access until a conversation expires; null when it never does
   */
  constructor(
    redis: TierConnection,
    keys: RedisKeys,
    retentionMs: number | null,
    sealing = NO_SEALING,
  ) {
    this.flushes = new RedisFlushes(redis, keys);
    this.snapshots = new RedisSnapshots(redis, keys);
    this.hot = new RedisHotConversations(redis, keys, retentionMs, sealing);
    this.fills = new RedisFills(redis, keys, retentionMs);
    this.deletes = new RedisDeletes(redis, keys);
    this.usage = new RedisUsage(redis, keys);
  }
}
