import type { StoreLimits } from '../domain/store-limits.js';
import type { StoreOptions } from '../store/store.options.js';
import type { ConfigurationMistake } from './configuration.error.js';
import { toPostgresConnectionOptions } from './postgres-config.js';
import type { PostgresEnvironment } from './postgres.environment.js';
import { toRedisConnectionOptions } from './redis-config.js';
import type { RedisEnvironment } from './redis.environment.js';
import type { StoreEnvironment } from './store.environment.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * The store that the variables name; undefined when the application binds one of its own. Adds what
 * does not fit to `mistakes`.
 */
export function toStoreOptions(
  environment: StoreEnvironment & RedisEnvironment & PostgresEnvironment,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): StoreOptions | undefined {
  const limits = {
    ttlMs: environment.REDIS_TTL * 1000,
    maxMessagesPerConversation: environment.MAX_MESSAGES_PER_CONVERSATION,
    maxConversationsPerUser: environment.MAX_CONVERSATIONS_PER_USER,
    ownerQuotaBytes: environment.OWNER_QUOTA_BYTES,
    pageBytes: environment.PAGE_BYTES,
  } satisfies StoreLimits;
  const driver = environment.STORE_DRIVER ?? defaultDriver(environment, isProduction, mistakes);
  if (environment.RETENTION_DAYS !== undefined && driver !== 'postgres') {
    mistakes.push({
      variables: ['RETENTION_DAYS'],
      message: 'may be set only with STORE_DRIVER=postgres (for the other drivers set REDIS_TTL)',
    });
  }
  switch (driver) {
    case 'custom':
      return undefined;
    case 'memory':
      return { driver, maxBytes: environment.MEMORY_LIMIT, ...limits };
    case 'redis': {
      const redis = toRedisConnectionOptions(environment, isProduction, mistakes);
      return { driver, keyPrefix: environment.REDIS_KEY_PREFIX, ...redis, ...limits };
    }
    case 'postgres': {
      const { RETENTION_DAYS: days } = environment;
      const postgres = toPostgresConnectionOptions(environment, isProduction, mistakes);
      const migrate = environment.DATABASE_MIGRATE === 'true';
      const ttlMs = days === undefined ? null : days * DAY_MS;
      return { driver, migrate, ...postgres, ...limits, ttlMs };
    }
  }
}

function defaultDriver(
  { REDIS_URL, REDIS_HOSTNAME, REDIS_NODES, DATABASE_URL }: RedisEnvironment & PostgresEnvironment,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): 'memory' | 'redis' | 'postgres' {
  const hasRedis = (REDIS_URL ?? REDIS_HOSTNAME ?? REDIS_NODES[0]) !== undefined;
  if (hasRedis && DATABASE_URL !== undefined) {
    mistakes.push({
      variables: ['STORE_DRIVER'],
      message: 'must say whether to use redis or postgres, since both have an address',
    });
  }
  if (DATABASE_URL !== undefined) return 'postgres';
  if (hasRedis) return 'redis';
  if (isProduction) {
    mistakes.push({
      variables: ['REDIS_URL', 'DATABASE_URL'],
      message:
        'one of them is required in production (STORE_DRIVER=memory selects a store that forgets)',
    });
  }
  return 'memory';
}
