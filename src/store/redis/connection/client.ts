import { Cluster, Redis, type CommonRedisOptions } from 'ioredis';
import { cachedTokenOf, type CachedToken } from '../../credentials/cached-token.js';
import { TOKEN_SCOPES } from '../../credentials/token-source.js';
import { replyCodeOf } from './error-reply.js';
import { clearSocketTimeoutOnClose, passwordReadBy } from './ioredis-internals.js';
import type { RedisConnectionOptions } from './options.js';
import { reauthenticate } from './reauthentication.js';
import {
  reportingConnector,
  reportingSentinelConnector,
  type Prepared,
} from './reporting-connectors.js';
import type { ReportFailure } from './socket-failure.js';

export type RedisClient = Redis | Cluster;

/** A client emits it with the latest failure of its connections, or with undefined after an answer. */
export const CONNECTION_FAILURE = 'connectionFailure';

/** Milliseconds between attempts to connect: 50, 100, 200 … 1,000, each shortened by up to a half. */
const RECONNECT_MS = { first: 50, last: 1_000 } as const;

/**
 * An ioredis client that never sends a command twice. By default ioredis repeats a command whose
 * reply was lost, and then reports success for a write that was applied twice. The client is not
 * connected yet; after its first connection it reconnects for ever.
 */
export function createRedisClient(options: RedisConnectionOptions): RedisClient {
  const token = options.tokens && cachedTokenOf(options.tokens, TOKEN_SCOPES.redis);
  const report: ReportFailure = (failure) => client.emit(CONNECTION_FAILURE, failure);
  const client = create(options, report, token);
  if (client instanceof Redis) clearSocketTimeoutOnClose(client);
  if (token) reauthenticate(client, options.username ?? '', token);
  return client;
}

function create(
  options: RedisConnectionOptions,
  report: ReportFailure,
  token: CachedToken | undefined,
): RedisClient {
  const { topology, tls } = options;
  const prepared: Prepared | undefined = token && (() => token.get().then(() => undefined));
  const common: CommonRedisOptions & { tls?: object } = {
    ...(options.username !== undefined && { username: options.username }),
    ...(options.password !== undefined && { password: options.password }),
    // The connection has waited for a token by then.
    ...(token && { password: passwordReadBy(() => token.valid ?? '') }),
    ...(tls && { tls }),
    ...reportingConnector(report, prepared),
    connectionName: 'conversation-store',
    disableClientInfo: true,
    commandTimeout: options.timeoutMs,
    connectTimeout: options.timeoutMs,
    // The network does not report a server that was cut off: a silent connection is replaced.
    socketTimeout: options.timeoutMs,
    keepAlive: 10_000,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // The primary became a replica, and its name may lead to another server by now: 1 reconnects.
    // 2 would also send the command again.
    reconnectOnError: (error) => (replyCodeOf(error.message) === 'READONLY' ? 1 : false),
  };
  const oneServer = {
    ...common,
    enableOfflineQueue: false,
    lazyConnect: true,
    retryStrategy: jitteredBackOff,
  };
  switch (topology.mode) {
    case 'standalone':
      return new Redis({ ...oneServer, ...topology.node, db: topology.db });
    case 'sentinel':
      return new Redis({
        ...oneServer,
        sentinels: [...topology.nodes],
        name: topology.primary,
        ...reportingSentinelConnector(report, prepared),
        enableTLSForSentinelMode: tls !== undefined,
        ...(tls && { sentinelTLS: tls }),
        ...(topology.username !== undefined && { sentinelUsername: topology.username }),
        ...(topology.password !== undefined && { sentinelPassword: topology.password }),
        sentinelRetryStrategy: jitteredBackOff,
        sentinelCommandTimeout: options.timeoutMs,
      });
    case 'cluster':
      return new Cluster([...topology.nodes], {
        // ioredis' defaults hold for the nodes: commands are queued while a node connects, and a
        // lost node is found anew instead of reconnected to.
        redisOptions: common,
        enableOfflineQueue: false,
        retryDelayOnFailover: 0,
        lazyConnect: true,
        clusterRetryStrategy: jitteredBackOff,
        // The certificates are for the names in the cluster's answers, so these stay unresolved.
        ...(tls && { dnsLookup: (address, callback) => callback(null, address) }),
      });
  }
}

function jitteredBackOff(attempt: number): number {
  const delay = Math.min(RECONNECT_MS.first * 2 ** (attempt - 1), RECONNECT_MS.last);
  return delay * (0.5 + Math.random() / 2);
}
