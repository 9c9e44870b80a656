import { Logger } from '@nestjs/common';
import type { KeyService } from './sealing/key-service.js';
import type { StoreOptions } from './store.options.js';

const logger = new Logger('Store');

/** The store with these keys, if it gives its texts to a server. */
export function withKeys(store: StoreOptions, keys: KeyService): StoreOptions {
  if (store.driver !== 'memory' && store.driver !== 'custom') return { ...store, keys };
  logger.log(`The driver "${store.driver}" seals nothing: the key service is not asked.`);
  return store;
}
