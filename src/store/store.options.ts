import type { ConversationStore } from './conversation-store.js';
import type { MemoryStoreOptions } from './memory/memory.store.js';
import type { PostgresStoreOptions } from './postgres/postgres.options.js';
import type { RedisStoreOptions } from './redis/redis.options.js';
import type { SealingRequest } from './sealing/open-sealing.js';
import type {
  PostgresTierOptions,
  RedisTierOptions,
  TieredStoreOptions,
} from './tiered/tiered.options.js';

/** Which store is bound, and its options. `STORE_DEFAULTS` has what may be absent. */
export type StoreOptions =
  | ({ readonly driver: 'memory' } & Partial<MemoryStoreOptions>)
  | ({ readonly driver: 'redis' } & Pick<RedisStoreOptions, 'topology'> &
      Partial<Omit<RedisStoreOptions, 'sealing'>> &
      SealingRequest)
  | ({ readonly driver: 'postgres' } & Pick<PostgresStoreOptions, 'host' | 'database' | 'user'> &
      Partial<Omit<PostgresStoreOptions, 'sealing'>> &
      SealingRequest)
  | ({
      readonly driver: 'tiered';
      readonly redis: Pick<RedisTierOptions, 'topology'> & Partial<RedisTierOptions>;
      readonly postgres: Pick<PostgresTierOptions, 'host' | 'database' | 'user'> &
        Partial<PostgresTierOptions>;
    } & Partial<Omit<TieredStoreOptions, 'redis' | 'postgres' | 'sealing'>> &
      SealingRequest)
  /** A store of your own. It is closed with the application. */
  | { readonly driver: 'custom'; readonly store: ConversationStore };
