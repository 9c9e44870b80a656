import { Cluster, Redis, type CommonRedisOptions } from 'ioredis';
import type { RedisConnectionOptions } from './redis.options.js';

export type RedisClient = Redis | Cluster;

/** Milliseconds between attempts to connect: 50, 100, 200 … 2,000, each off by up to a half. */
const RECONNECT_MS = { first: 50, last: 2_000 } as const;

/**
 * An ioredis client that does not try again on its own: by default ioredis sends a command anew
 * when its reply was lost, and then reports success for a write that was applied twice. It is not
 * connected yet, and once it is, it reconnects for ever.
 */
export function createRedisClient(options: RedisConnectionOptions): RedisClient {
  const { topology, tls } = options;
  const common: CommonRedisOptions & { tls?: object } = {
    ...(options.username !== undefined && { username: options.username }),
    ...(options.password !== undefined && { password: options.password }),
    ...(tls && { tls }),
    connectionName: 'conversation-store',
    disableClientInfo: true,
    commandTimeout: options.timeoutMs,
    connectTimeout: options.timeoutMs,
    keepAlive: 10_000,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    lazyConnect: true,
    retryStrategy: jitteredBackOff,
    // A primary that became a replica: connect anew, for the name may lead elsewhere by now. 2 would
    // also send the command again.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 1 : false),
  };
  switch (topology.mode) {
    case 'standalone':
      return new Redis({ ...common, ...topology.node, db: topology.db });
    case 'sentinel':
      return new Redis({
        ...common,
        sentinels: [...topology.nodes],
        name: topology.primary,
        enableTLSForSentinelMode: tls !== undefined,
        ...(tls && { sentinelTLS: tls }),
        sentinelRetryStrategy: jitteredBackOff,
        sentinelCommandTimeout: options.timeoutMs,
      });
    case 'cluster':
      return new Cluster([...topology.nodes], {
        redisOptions: common,
        enableOfflineQueue: false,
        retryDelayOnFailover: 0,
        lazyConnect: true,
        clusterRetryStrategy: jitteredBackOff,
        // The names in the cluster's answers are the ones its certificates are for.
        ...(tls && { dnsLookup: (address, callback) => callback(null, address) }),
      });
  }
}

function jitteredBackOff(attempt: number): number {
  const delay = Math.min(RECONNECT_MS.first * 2 ** (attempt - 1), RECONNECT_MS.last);
  return delay * (0.5 + Math.random() / 2);
}
