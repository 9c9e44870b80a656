import type { StoreLimits } from '../domain/store-limits.js';
import type { StoreOptions } from '../store/store.options.js';
import type { PostgresTierOptions, RedisTierOptions } from '../store/tiered/tiered.options.js';
import type { AzureEnvironment } from './azure.environment.js';
import type { ConfigurationMistake } from './configuration.error.js';
import type { ConfiguredInCode } from './configured-in-code.js';
import { toPostgresConnectionOptions } from './postgres-config.js';
import type { PostgresEnvironment } from './postgres.environment.js';
import { toRedisConnectionOptions } from './redis-config.js';
import type { RedisEnvironment } from './redis.environment.js';
import { refuseOtherRetention, toRetention, toTtl } from './retention-config.js';
import { refuseSealing, toSealingRequest } from './sealing-config.js';
import type { SealingEnvironment } from './sealing.environment.js';
import type { StoreEnvironment } from './store.environment.js';
import type { TieredEnvironment } from './tiered.environment.js';

/** The variables that a store is made of. */
type StoreVariables = StoreEnvironment &
  RedisEnvironment &
  PostgresEnvironment &
  AzureEnvironment &
  TieredEnvironment &
  SealingEnvironment;

/**
 * The store that the variables name; undefined when the application binds one of its own. Adds what
 * does not fit to `mistakes`.
 */
export function toStoreOptions(
  environment: StoreVariables,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
  inCode: ConfiguredInCode,
): StoreOptions | undefined {
  if (inCode.store) {
    refuseSealing(environment, 'may not be set: the application has its store in code', mistakes);
    return undefined;
  }
  const limits = {
    maxMessagesPerConversation: environment.MAX_MESSAGES_PER_CONVERSATION,
    maxConversationsPerUser: environment.MAX_CONVERSATIONS_PER_USER,
    ownerQuotaBytes: environment.OWNER_QUOTA_BYTES,
    pageBytes: environment.PAGE_BYTES,
  } satisfies Omit<StoreLimits, 'ttlMs'>;
  const driver = environment.STORE_DRIVER ?? defaultDriver(environment, isProduction, mistakes);
  refuseOtherRetention(environment, driver, mistakes);
  const ttlMs = toTtl(environment);
  const retentionMs = toRetention(environment);
  if (driver === 'custom' || driver === 'memory') {
    const why = `may not be set with the driver ${driver}, which seals nothing`;
    refuseSealing(environment, why, mistakes);
  }
  switch (driver) {
    case 'custom':
      return undefined;
    case 'memory':
      return { driver, maxBytes: environment.MEMORY_LIMIT, ...limits, ttlMs };
    case 'redis': {
      const redis = toRedisOptions(environment, isProduction, mistakes);
      // With the address of PostgreSQL, too, the operator prepares the move to the tiered store.
      const marks = environment.DATABASE_URL !== undefined;
      const sealing = toSealingRequest(environment, inCode, mistakes);
      return { driver, marks, ...redis, ...limits, ...sealing, ttlMs };
    }
    case 'postgres': {
      const postgres = toPostgresOptions(environment, isProduction, mistakes);
      const sealing = toSealingRequest(environment, inCode, mistakes);
      return { driver, ...postgres, ...limits, ...sealing, ttlMs: retentionMs };
    }
    case 'tiered':
      return {
        driver,
        redis: toRedisOptions(environment, isProduction, mistakes),
        postgres: toPostgresOptions(environment, isProduction, mistakes),
        residencyMs: environment.REDIS_RESIDENCY * 1_000,
        writeMode: environment.WRITE_MODE,
        maxDirtyConversations: environment.MAX_DIRTY_CONVERSATIONS,
        ...limits,
        ...toSealingRequest(environment, inCode, mistakes),
        ttlMs: retentionMs,
      };
  }
}

function toRedisOptions(
  environment: RedisEnvironment & AzureEnvironment,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): RedisTierOptions {
  const connection = toRedisConnectionOptions(environment, isProduction, mistakes);
  return { keyPrefix: environment.REDIS_KEY_PREFIX, ...connection };
}

function toPostgresOptions(
  environment: PostgresEnvironment & AzureEnvironment,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): PostgresTierOptions {
  const connection = toPostgresConnectionOptions(environment, isProduction, mistakes);
  return { migrate: environment.DATABASE_MIGRATE === 'true', ...connection };
}

function defaultDriver(
  { REDIS_URL, REDIS_HOSTNAME, REDIS_NODES, DATABASE_URL }: RedisEnvironment & PostgresEnvironment,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): 'memory' | 'redis' | 'postgres' | 'tiered' {
  const hasRedis = (REDIS_URL ?? REDIS_HOSTNAME ?? REDIS_NODES[0]) !== undefined;
  if (DATABASE_URL !== undefined) return hasRedis ? 'tiered' : 'postgres';
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
