import type { StoreLimits } from '../../domain/store-limits.js';
import type { RedisConnectionOptions } from './connection/options.js';

/** The options of the store in Redis. */
export interface RedisStoreOptions extends RedisConnectionOptions, StoreLimits {
  /** Every key begins with it, before the hash tag. */
  readonly keyPrefix: string;
}
