import type { StoreLimits } from '../../domain/store-limits.js';
import type { RedisConnectionOptions } from './connection/options.js';

export interface RedisStoreOptions extends RedisConnectionOptions, StoreLimits {
  /** Every key begins with it, before the hash tag. */
  readonly keyPrefix: string;
}
