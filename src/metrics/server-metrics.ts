import type { Registry } from 'prom-client';
import {
  connectionStates,
  postgresPoolStates,
  postgresStatistics,
  redisStatistics,
  type PostgresPoolState,
  type PostgresStatistics,
  type RedisStatistics,
} from '../observation/states.js';
import { addCounter, addGauge, type Sample } from './collected-metrics.js';
import { Sampled } from './sampled.js';

/** The servers behind the store: whether they answer, and what they say of themselves. */
export function addServerMetrics(registry: Registry): void {
  addGauge(
    registry,
    {
      name: 'server_up',
      help: 'Whether this process sends requests to the server; 0: it does not answer, and they are refused at once.',
      labelNames: ['system'],
    },
    () =>
      connectionStates
        .read()
        .map(({ system, isUp }) => ({ labels: { system }, value: Number(isUp) })),
  );
  addCounter(
    registry,
    {
      name: 'server_reconnections_total',
      help: 'How often the server answered again after it had been away.',
      labelNames: ['system'],
    },
    () =>
      connectionStates
        .read()
        .map(({ system, reconnections }) => ({ labels: { system }, value: reconnections })),
  );
  addRedisMetrics(registry);
  addPostgresMetrics(registry);
}

function addRedisMetrics(registry: Registry): void {
  const sampled = new Sampled(async () => {
    const reads = redisStatistics.read().map((read) => read());
    return (await Promise.all(reads)).flat();
  });
  const labelNames = ['primary'];
  const samples = async (value: (one: RedisStatistics) => number): Promise<readonly Sample[]> =>
    ((await sampled.get()) ?? []).map((one) => ({
      labels: { primary: one.primary },
      value: value(one),
    }));
  addGauge(
    registry,
    { name: 'redis_used_memory_bytes', help: 'used_memory of a primary.', labelNames },
    () => samples(({ usedBytes }) => usedBytes),
  );
  addGauge(
    registry,
    { name: 'redis_maxmemory_bytes', help: 'maxmemory of a primary; 0: no bound.', labelNames },
    () => samples(({ maxBytes }) => maxBytes),
  );
  addCounter(
    registry,
    {
      name: 'redis_evicted_keys_total',
      help: 'Keys that a primary has evicted since this process first scraped it.',
      labelNames,
    },
    () => samples(({ evictedKeys }) => evictedKeys),
  );
  addGauge(
    registry,
    { name: 'redis_connected_clients', help: 'connected_clients of a primary.', labelNames },
    () => samples(({ clients }) => clients),
  );
  addGauge(
    registry,
    {
      name: 'redis_maxmemory_policy_info',
      help: '1, with the policy of a primary. Only noeviction loses nothing.',
      labelNames: ['primary', 'policy'],
    },
    async () =>
      ((await sampled.get()) ?? []).flatMap(({ primary, policy }) =>
        policy === undefined ? [] : [{ labels: { primary, policy }, value: 1 }],
      ),
  );
}

function addPostgresMetrics(registry: Registry): void {
  const pools = (value: (pool: PostgresPoolState) => number): readonly Sample[] =>
    postgresPoolStates.read().map((pool) => ({ value: value(pool) }));
  addGauge(
    registry,
    {
      name: 'postgres_pool_connections',
      help: 'Connections of this process on which statements run.',
      labelNames: ['state'],
    },
    () =>
      postgresPoolStates.read().flatMap(({ inUse, idle }) => [
        { labels: { state: 'in-use' }, value: inUse },
        { labels: { state: 'idle' }, value: idle },
      ]),
  );
  addGauge(
    registry,
    { name: 'postgres_pool_limit', help: 'How many of them there may be (DATABASE_POOL_SIZE).' },
    () => pools(({ limit }) => limit),
  );
  addGauge(
    registry,
    { name: 'postgres_pool_waiting', help: 'Requests that wait for one of them.' },
    () => pools(({ waiting }) => waiting),
  );
  const sampled = new Sampled(async () =>
    Promise.all(postgresStatistics.read().map((read) => read())),
  );
  const samples = async (value: (one: PostgresStatistics) => number): Promise<readonly Sample[]> =>
    ((await sampled.get()) ?? []).map((one) => ({ value: value(one) }));
  addGauge(
    registry,
    { name: 'postgres_connections', help: 'Connections of all clients to the database.' },
    () => samples(({ connections }) => connections),
  );
  addGauge(registry, { name: 'postgres_max_connections', help: 'max_connections.' }, () =>
    samples(({ maxConnections }) => maxConnections),
  );
  addGauge(registry, { name: 'postgres_database_bytes', help: 'The size of the database.' }, () =>
    samples(({ databaseBytes }) => databaseBytes),
  );
  addGauge(
    registry,
    {
      name: 'postgres_oldest_transaction_seconds',
      help: 'The age of the oldest transaction that the role of the service may see.',
    },
    () => samples(({ oldestTransactionSeconds }) => oldestTransactionSeconds),
  );
}
