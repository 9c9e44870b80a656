import type { StoreOptions } from './store.options.js';
import { adoptStore, type StoreAdoption } from './tiered/adopt-store.js';
import { completeTieredOptions } from './tiered/complete-options.js';
import { flushStore, type StoreFlush } from './tiered/flush-store.js';
import type { TieredStoreOptions } from './tiered/tiered.options.js';

/**
 * Saves everything that the Redis of a tiered store holds and its PostgreSQL does not have yet.
 * @throws Error that says what is wrong, without a secret
 */
export async function flushTieredStore(store: StoreOptions | undefined): Promise<StoreFlush> {
  return flushStore(expectTiered(store));
}

/**
 * Marks as unsaved what the Redis of a tiered store holds from the time when it was a store alone.
 * @throws Error that says what is wrong, without a secret
 */
export async function adoptIntoTieredStore(
  store: StoreOptions | undefined,
): Promise<StoreAdoption> {
  return adoptStore(expectTiered(store));
}

function expectTiered(store: StoreOptions | undefined): TieredStoreOptions {
  if (store?.driver === 'tiered') return completeTieredOptions(store);
  throw new Error(
    'This is for Redis in front of PostgreSQL: set an address of Redis, DATABASE_URL, and ' +
      'STORE_DRIVER=tiered or none.',
  );
}
