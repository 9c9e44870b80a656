import { Cluster, Redis, type CommonRedisOptions } from 'ioredis';
import {
  watchedConnectors,
  watchedSentinelConnectors,
  type ConnectionReport,
} from './connectors.js';
import { replyCode } from './redis.errors.js';
import type { RedisConnectionOptions } from './redis.options.js';

export type RedisClient = Redis | Cluster;

/** Milliseconds between attempts to connect: 50, 100, 200 … 1,000, each off by up to a half. */
const RECONNECT_MS = { first: 50, last: 1_000 } as const;

/**
 * An ioredis client that does not try again on its own: by default ioredis sends a command anew
 * when its reply was lost, and then reports success for a write that was applied twice. It is not
 * connected yet, and once it is, it reconnects for ever. With the event `trouble` it tells what its
 * connections have come to.
 */
export function createRedisClient(options: RedisConnectionOptions): RedisClient {
  const client = create(options, (trouble) => client.emit('trouble', trouble));
  if (client instanceof Redis) endTimersWithConnections(client);
  return client;
}

function create(options: RedisConnectionOptions, report: ConnectionReport): RedisClient {
  const { topology, tls } = options;
  const common: CommonRedisOptions & { tls?: object } = {
    ...(options.username !== undefined && { username: options.username }),
    ...(options.password !== undefined && { password: options.password }),
    ...(tls && { tls }),
    ...watchedConnectors(report),
    connectionName: 'conversation-store',
    disableClientInfo: true,
    commandTimeout: options.timeoutMs,
    connectTimeout: options.timeoutMs,
    // A server that was cut off says nothing more, not even goodbye: connect anew.
    socketTimeout: options.timeoutMs,
    keepAlive: 10_000,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // A primary that became a replica: connect anew, for the name may lead elsewhere by now. 2 would
    // also send the command again.
    reconnectOnError: (error) => (replyCode(error.message) === 'READONLY' ? 1 : false),
  };
  const alone = {
    ...common,
    enableOfflineQueue: false,
    lazyConnect: true,
    retryStrategy: jitteredBackOff,
  };
  switch (topology.mode) {
    case 'standalone':
      return new Redis({ ...alone, ...topology.node, db: topology.db });
    case 'sentinel':
      return new Redis({
        ...alone,
        sentinels: [...topology.nodes],
        name: topology.primary,
        ...watchedSentinelConnectors(report),
        enableTLSForSentinelMode: tls !== undefined,
        ...(tls && { sentinelTLS: tls }),
        ...(topology.username !== undefined && { sentinelUsername: topology.username }),
        ...(topology.password !== undefined && { sentinelPassword: topology.password }),
        sentinelRetryStrategy: jitteredBackOff,
        sentinelCommandTimeout: options.timeoutMs,
      });
    case 'cluster':
      return new Cluster([...topology.nodes], {
        // Its nodes have a queue while they connect, and are found anew rather than reconnected to:
        // both are ioredis' defaults for them.
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

/**
 * Connects, to every node of a cluster: ioredis would connect to a node with the first command for
 * it, and refuse those that come until then. Rejects when there is nothing to connect to yet.
 */
export async function connect(client: RedisClient): Promise<void> {
  if (!(client instanceof Cluster)) return client.connect();
  const wakeAll = (): Promise<unknown> => Promise.all(client.nodes().map(wake));
  client.on('ready', () => void wakeAll());
  // Not before: the check that makes a cluster ready goes to nodes that sleep.
  client.on('+node', (node: Redis) => void (client.status === 'ready' && wake(node)));
  await client.connect();
  await wakeAll();
}

/** A command to the node itself waits for its connection. One that fails is found anew later. */
async function wake(node: Redis): Promise<void> {
  await node.ping().catch(() => undefined);
}

/**
 * The timer behind `socketTimeout` outlives its connection in ioredis 5, and then ends the one that
 * came after it (redis/ioredis#2147, mended in 6). The nodes of a cluster never connect twice.
 */
function endTimersWithConnections(redis: Redis): void {
  const inside = redis as unknown as { socketTimeoutTimer: NodeJS.Timeout | undefined };
  redis.on('close', () => {
    clearTimeout(inside.socketTimeoutTimer);
    inside.socketTimeoutTimer = undefined;
  });
}

function jitteredBackOff(attempt: number): number {
  const delay = Math.min(RECONNECT_MS.first * 2 ** (attempt - 1), RECONNECT_MS.last);
  return delay * (0.5 + Math.random() / 2);
}
