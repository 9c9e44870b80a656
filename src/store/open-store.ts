import { Logger } from '@nestjs/common';
import type { ConversationStore } from './conversation-store.js';
import { MemoryRequestCounter } from './memory/memory.request-counter.js';
import { MemoryConversationStore } from './memory/memory.store.js';
import type { RequestCounter } from './request-counter.js';
import { openSealing } from './sealing/open-sealing.js';
import {
  MEMORY_STORE_DEFAULTS,
  POSTGRES_STORE_DEFAULTS,
  REDIS_STORE_DEFAULTS,
} from './store.defaults.js';
import type { StoreOptions } from './store.options.js';
import { completeTieredOptions } from './tiered/complete-options.js';

const logger = new Logger('Store');

/** A store, and the counter of requests that goes with it. */
export interface OpenStore {
  readonly store: ConversationStore;
  readonly requestCounter: RequestCounter;
}

/**
 * Opens the store of the options, and loads the driver and its client for it. If Redis is away, the store
 * connects once Redis is there.
 * @throws MasterKeysError
 */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  switch (options.driver) {
    case 'memory':
      logger.warn('Conversations are stored in memory: they are LOST WHEN THE SERVICE RESTARTS.');
      return countingHere(
        new MemoryConversationStore({
          ...MEMORY_STORE_DEFAULTS,
          onEvict: reportEviction,
          ...options,
        }),
      );
    case 'redis': {
      const { openRedisStore } = await import('./redis/open-redis-store.js');
      logger.log(`Conversations are stored in Redis (${options.topology.mode}).`);
      if (options.marks)
        logger.log('All changes are marked, so that STORE_DRIVER=tiered can follow.');
      return countingThere(
        await openRedisStore({
          ...REDIS_STORE_DEFAULTS,
          ...options,
          sealing: await openSealing(options),
        }),
      );
    }
    case 'postgres': {
      const { openPostgresStore } = await import('./postgres/open-postgres-store.js');
      logger.log('Conversations are stored in PostgreSQL.');
      return countingThere(
        await openPostgresStore({
          ...POSTGRES_STORE_DEFAULTS,
          ...options,
          sealing: await openSealing(options),
        }),
      );
    }
    case 'tiered': {
      const { openTieredStore } = await import('./tiered/open-tiered-store.js');
      logger.log(
        `Conversations are stored in PostgreSQL, behind Redis (${options.redis.topology.mode}).`,
      );
      return countingThere(
        await openTieredStore({
          ...completeTieredOptions(options),
          sealing: await openSealing(options),
        }),
      );
    }
    case 'custom':
      logger.log(`Conversations are stored by the driver "${options.store.driver}".`);
      return countingHere(options.store);
  }
}

/** The requests of this process: no other one has this store, or knows how to count in it. */
function countingHere(store: ConversationStore): OpenStore {
  return { store, requestCounter: new MemoryRequestCounter() };
}

function countingThere(store: ConversationStore & Pick<OpenStore, 'requestCounter'>): OpenStore {
  return { store, requestCounter: store.requestCounter };
}

function reportEviction({ id }: { id: string }): void {
  logger.warn(
    `Memory is full: conversation ${id}, the least recently used of its user, was evicted.`,
  );
}
