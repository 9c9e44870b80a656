import { resealPostgresStore } from './postgres/reseal/reseal-postgres-store.js';
import { resealRedisStore } from './redis/reseal/reseal-redis-store.js';
import { openSealing } from './sealing/open-sealing.js';
import type { ResealOptions } from './sealing/reseal-run.js';
import type { ResealResult } from './sealing/reseal-walks.js';
import { POSTGRES_STORE_DEFAULTS, REDIS_STORE_DEFAULTS } from './store.defaults.js';
import type { StoreOptions } from './store.options.js';
import { completeTieredOptions } from './tiered/complete-options.js';
import { resealTieredStore } from './tiered/reseal-store.js';

/**
 * Seals every text of a store anew that is not as a write would seal it now. Processes of the service may go on meanwhile.
 * @throws Error that says what is wrong, without a secret
 */
export async function resealStore(
  store: StoreOptions | undefined,
  options: Omit<ResealOptions, 'sealing'> = {},
): Promise<ResealResult> {
  switch (store?.driver) {
    case 'redis':
      return resealRedisStore(
        { ...REDIS_STORE_DEFAULTS, ...store },
        { ...options, sealing: await openSealing(store) },
      );
    case 'postgres':
      return resealPostgresStore(
        { ...POSTGRES_STORE_DEFAULTS, ...store },
        { ...options, sealing: await openSealing(store) },
      );
    case 'tiered':
      return resealTieredStore(completeTieredOptions(store), {
        ...options,
        sealing: await openSealing(store),
      });
    default:
      throw new Error(
        'Only a store in Redis or PostgreSQL seals texts: set an address of Redis or DATABASE_URL.',
      );
  }
}
