import { Logger } from '@nestjs/common';
import type { ConversationStore } from './conversation-store.js';
import { MemoryConversationStore } from './memory/memory.store.js';
import { openRedisStore } from './redis/open-redis-store.js';
import type { StoreOptions } from './store.options.js';

const logger = new Logger('Store');

/** The store of the options, open; a Redis that is away is connected to when it comes. */
export async function openStore(options: StoreOptions): Promise<ConversationStore> {
  switch (options.driver) {
    case 'memory':
      logger.warn('Conversations are kept in memory: they are LOST WHEN THE SERVICE RESTARTS.');
      return new MemoryConversationStore({ onEvict: reportEviction, ...options });
    case 'redis':
      logger.log(`Conversations are kept in Redis (${options.topology.mode}).`);
      return openRedisStore(options);
    case 'custom':
      logger.log(`Conversations are kept by the driver "${options.store.driver}".`);
      return options.store;
  }
}

function reportEviction({ id }: { id: string }): void {
  logger.warn(`Memory is full: conversation ${id}, the least recently used, is gone.`);
}
