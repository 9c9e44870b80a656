import type { StoreLimits } from '../../domain/store-limits.js';
import type { PostgresConnectionOptions } from '../postgres/connection/options.js';
import type { PostgresStoreOptions } from '../postgres/postgres.options.js';
import type { RedisConnectionOptions } from '../redis/connection/options.js';
import type { RedisStoreOptions } from '../redis/redis.options.js';
import type { Sealing } from '../sealing/sealing.js';

/** The tier in front: Redis, which holds the conversations in use. */
export interface RedisTierOptions
  extends RedisConnectionOptions, Pick<RedisStoreOptions, 'keyPrefix'> {}

/** The record behind it: PostgreSQL, which holds every conversation. */
export interface PostgresTierOptions
  extends PostgresConnectionOptions, Pick<PostgresStoreOptions, 'migrate'> {}

/** The options of the store in Redis in front of PostgreSQL. Both tiers have the limits. */
export interface TieredStoreOptions extends StoreLimits {
  readonly redis: RedisTierOptions;
  readonly postgres: PostgresTierOptions;
  /** Milliseconds from the last access of a saved conversation until it leaves Redis. */
  readonly residencyMs: number;
  /** Whether a write is answered once Redis has it (`back`), or once PostgreSQL has it too (`through`). */
  readonly writeMode: 'back' | 'through';
  /** How many conversations may have changes that PostgreSQL does not have yet. Further writes are refused. */
  readonly maxDirtyConversations: number;
  /** How texts are sealed, in both tiers. Absent: they are stored as they are. */
  readonly sealing?: Sealing;
}
