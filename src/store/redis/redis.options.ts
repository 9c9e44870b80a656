import type { StoreLimitsWithTtl } from '../../domain/store-limits.js';
import type { Sealing } from '../sealing/sealing.js';
import type { RedisConnectionOptions } from './connection/options.js';

/** The options of the store in Redis, where every key has a deadline. */
export interface RedisStoreOptions extends RedisConnectionOptions, StoreLimitsWithTtl {
  /** Every key begins with it, before the hash tag. */
  readonly keyPrefix: string;
  /** Whether mutations mark what they change, for a flusher that saves it to PostgreSQL. */
  readonly marks: boolean;
  /** Of the texts that Redis is given. Absent: it is given all as they are. */
  readonly sealing?: Sealing;
}
