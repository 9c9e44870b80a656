import {
  POSTGRES_STORE_DEFAULTS,
  REDIS_STORE_DEFAULTS,
  TIERED_STORE_DEFAULTS,
} from '../store.defaults.js';
import type { StoreOptions } from '../store.options.js';
import type { TieredStoreOptions } from './tiered.options.js';

/** The options with a default for everything that they leave out. */
export function completeTieredOptions(
  options: Extract<StoreOptions, { driver: 'tiered' }>,
): TieredStoreOptions {
  const { keyPrefix, timeoutMs, waitReplicas } = REDIS_STORE_DEFAULTS;
  const { port, poolSize, migrate } = POSTGRES_STORE_DEFAULTS;
  return {
    ...TIERED_STORE_DEFAULTS,
    ...options,
    redis: { keyPrefix, timeoutMs, waitReplicas, ...options.redis },
    postgres: {
      port,
      poolSize,
      timeoutMs: POSTGRES_STORE_DEFAULTS.timeoutMs,
      migrate,
      ...options.postgres,
    },
  };
}
