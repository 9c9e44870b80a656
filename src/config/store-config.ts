import type { StoreLimits } from '../domain/store-limits.js';
import type { StoreOptions } from '../store/store.options.js';
import type { ConfigurationMistake } from './configuration.error.js';
import { toRedisConnectionOptions } from './redis-config.js';
import type { RedisEnvironment } from './redis.environment.js';
import type { StoreEnvironment } from './store.environment.js';

/**
 * The store that the variables name; undefined when the application binds one of its own. Adds what
 * does not fit to `mistakes`.
 */
export function toStoreOptions(
  environment: StoreEnvironment & RedisEnvironment,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): StoreOptions | undefined {
  const limits: StoreLimits = {
    ttlMs: environment.REDIS_TTL * 1000,
    maxMessagesPerConversation: environment.MAX_MESSAGES_PER_CONVERSATION,
    maxConversationsPerUser: environment.MAX_CONVERSATIONS_PER_USER,
    pageBytes: environment.PAGE_BYTES,
  };
  switch (environment.STORE_DRIVER ?? defaultDriver(environment, isProduction, mistakes)) {
    case 'custom':
      return undefined;
    case 'memory':
      return { driver: 'memory', maxBytes: environment.MEMORY_LIMIT, ...limits };
    case 'redis': {
      const redis = toRedisConnectionOptions(environment, isProduction, mistakes);
      return { driver: 'redis', keyPrefix: environment.REDIS_KEY_PREFIX, ...redis, ...limits };
    }
  }
}

function defaultDriver(
  { REDIS_URL, REDIS_HOSTNAME, REDIS_NODES }: RedisEnvironment,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): 'memory' | 'redis' {
  if (REDIS_URL ?? REDIS_HOSTNAME ?? REDIS_NODES[0]) return 'redis';
  if (isProduction) {
    mistakes.push({
      variables: ['REDIS_URL'],
      message: 'is required in production (STORE_DRIVER=memory selects a store that forgets)',
    });
  }
  return 'memory';
}
