import { STORE_DEFAULTS } from '../store/store.defaults.js';
import type { ConfigurationMistake } from './configuration.error.js';
import type { PostgresEnvironment } from './postgres.environment.js';
import type { RedisEnvironment } from './redis.environment.js';
import type { StoreEnvironment } from './store.environment.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

type RetentionEnvironment = Pick<RedisEnvironment, 'REDIS_TTL'> &
  Pick<PostgresEnvironment, 'RETENTION_DAYS'>;

/** Milliseconds that the stores in memory and in Redis retain a conversation after its last access. */
export function toTtl({ REDIS_TTL }: RetentionEnvironment): number {
  return REDIS_TTL === undefined ? STORE_DEFAULTS.ttlMs : REDIS_TTL * 1_000;
}

/** The same for the stores with a PostgreSQL; `null`: until it is deleted. */
export function toRetention({ RETENTION_DAYS }: RetentionEnvironment): number | null {
  return RETENTION_DAYS === undefined ? null : RETENTION_DAYS * DAY_MS;
}

/** A variable that is set and has no effect would let an operator believe in a retention that is none. */
export function refuseOtherRetention(
  { REDIS_TTL, RETENTION_DAYS }: RetentionEnvironment,
  driver: StoreEnvironment['STORE_DRIVER'],
  mistakes: ConfigurationMistake[],
): void {
  if (RETENTION_DAYS !== undefined && driver !== 'postgres' && driver !== 'tiered') {
    mistakes.push({
      variables: ['RETENTION_DAYS'],
      message:
        'may be set only with STORE_DRIVER=postgres or tiered (for the other drivers set REDIS_TTL)',
    });
  }
  if (REDIS_TTL !== undefined && driver === 'tiered') {
    mistakes.push({
      variables: ['REDIS_TTL'],
      message:
        'may not be set with STORE_DRIVER=tiered: RETENTION_DAYS says how long a conversation exists, ' +
        'and REDIS_RESIDENCY how long Redis holds one that nobody uses',
    });
  }
}
