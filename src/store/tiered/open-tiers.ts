import type { StoreLimitsWithTtl } from '../../domain/store-limits.js';
import { openPostgresRecord } from '../postgres/record/open-postgres-record.js';
import { createRedisClient } from '../redis/connection/client.js';
import { RedisConnection } from '../redis/connection/connection.js';
import { createReplicatedWrites } from '../redis/connection/replicated-writes.js';
import { RedisKeys } from '../redis/redis.keys.js';
import { RedisConversationStore } from '../redis/redis.store.js';
import { RedisTier } from '../redis/tier/redis.tier.js';
import { UNSAVED_TTL_MS } from '../redis/tier/unsaved-ttl.js';
import { NO_SEALING } from '../sealing/sealing.js';
import { ConversationCap } from './conversation-cap.js';
import { TieredDeletion } from './deletion.js';
import { Flusher } from './flusher.js';
import { HotOperations } from './hot-operations.js';
import { Hydration } from './hydration.js';
import { PartitionFlush } from './partition-flush.js';
import { Reconciliation } from './reconciliation.js';
import { Sweeper } from './sweeper.js';
import { TierGuard } from './tier-guard.js';
import { TieredListing } from './tiered.listing.js';
import { TieredQuota } from './tiered-quota.js';
import type { TieredStoreOptions } from './tiered.options.js';

/** Messages of a long conversation that stay in Redis. */
const TAIL = 200;

/** Both tiers, and everything that works on them. */
export type Tiers = Awaited<ReturnType<typeof openTiers>>;

/** Opens both tiers, connected or still trying to connect. Nothing works beside the requests yet. */
export async function openTiers(options: TieredStoreOptions) {
  const { redis, postgres, ttlMs, writeMode, sealing = NO_SEALING } = options;
  const { timeoutMs } = postgres;
  // A list or a hydration may be under way that has read the old row of what leaves Redis.
  const residencyMs = Math.max(options.residencyMs, 2 * timeoutMs);
  const limits: StoreLimitsWithTtl = { ...options, ttlMs: ttlMs ?? UNSAVED_TTL_MS };
  const connection = new RedisConnection(createRedisClient(redis), createReplicatedWrites(redis));
  const hasQuota = (options.ownerQuotaBytes ?? 0) > 0;
  const keys = new RedisKeys(redis.keyPrefix, { hasQuota, hasTier: true });
  let mayPurge = (): boolean => false;
  const [{ record, purge, migrations }] = await Promise.all([
    openPostgresRecord({ ...postgres, ...options }, () => mayPurge()),
    connection.connect(),
  ]);
  const tier = new RedisTier(connection, keys, ttlMs, sealing);
  const hot: RedisConversationStore = new RedisConversationStore(connection, keys, limits, {
    older: { read: (owner, id, range) => record.readOlder(owner, id, range) },
    replayed: {
      read: (owner, id, range) => operations.read(owner, id, () => hot.read(owner, id, range)),
    },
    sealing,
  });
  // A statement that takes its whole time must not outlive the lease under which it was begun.
  const leaseMs = 3 * timeoutMs;
  const reconciliation = new Reconciliation(tier, record, { leaseMs, waitMs: timeoutMs });
  const guard = new TierGuard(connection, keys, reconciliation, options.maxDirtyConversations);
  const flush = new PartitionFlush(tier, record, guard, { residencyMs, tail: TAIL, leaseMs });
  const flusher = new Flusher(flush, guard);
  const hydration = new Hydration(tier, record, { timeoutMs, residencyMs, tail: TAIL });
  const operations: HotOperations = new HotOperations(
    keys,
    tier,
    record,
    guard,
    hydration,
    flusher,
    {
      writeMode,
      timeoutMs,
      ...(hasQuota && { quota: new TieredQuota(keys, tier, record, flusher, timeoutMs) }),
    },
  );
  const cap = new ConversationCap(tier, record);
  const listing = new TieredListing(hot, tier, record, options.pageBytes);
  const deletion = new TieredDeletion(keys, hot, tier, record, operations, residencyMs);
  const sweeper = new Sweeper(tier, guard, flusher, deletion, { residencyMs });
  mayPurge = () => sweeper.mayPurge;
  return {
    ...{
      keys,
      tier,
      hot,
      record,
      cap,
      guard,
      flush,
      flusher,
      hydration,
      operations,
      listing,
      deletion,
      sweeper,
    },
    background: [sweeper, purge, migrations],
    /** Why a tier cannot be used, for the operator; undefined when both can be, or nobody knows. */
    get diagnosis(): string | undefined {
      return connection.diagnosis ?? record.diagnosis;
    },
    start(): void {
      flusher.start();
      sweeper.start();
      purge.start();
    },
  };
}
