import type { ConversationStore } from './conversation-store.js';
import type { MemoryStoreOptions } from './memory/memory.store.js';
import type { RedisStoreOptions } from './redis/redis.options.js';

/** Which store is bound, with just what that one needs. */
export type StoreOptions =
  | ({ readonly driver: 'memory' } & MemoryStoreOptions)
  | ({ readonly driver: 'redis' } & RedisStoreOptions)
  /** A store of your own. It is closed with the application. */
  | { readonly driver: 'custom'; readonly store: ConversationStore };
