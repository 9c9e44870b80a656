import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisStoreOptions } from 'conversation-store';
import { openAccess, securedAccess, type RedisAccess } from './redis-access.js';
import { until, type RedisServer } from './redis-server.js';

/** Servers of a test's own, and how to reach them. */
export interface TestTopology {
  readonly servers: readonly RedisServer[];
  readonly options: Pick<RedisStoreOptions, 'topology'> & Partial<RedisStoreOptions>;
  readonly access: RedisAccess;
  /** Runs a command on one of the servers that keep data. */
  ask(server: RedisServer, ...command: string[]): Promise<string>;
  stop(): Promise<void>;
}

export interface TopologyOptions {
  /** TLS on every connection and a user with a password; else neither. */
  readonly secured?: boolean;
}

export interface ClusterOptions extends TopologyOptions {
  /** Of each primary. */
  readonly replicas?: 0 | 1;
}

/** One server. */
export async function startStandalone(options: TopologyOptions = {}): Promise<TestTopology> {
  const access = accessFor(options);
  const server = await access.start();
  const node = { host: '127.0.0.1', port: server.port };
  return toTopology(access, [server], { mode: 'standalone', node, db: 0 });
}

/** Three primaries that share the slots, and then their replicas. */
export async function startCluster(options: ClusterOptions = {}): Promise<TestTopology> {
  const { replicas = 0 } = options;
  const access = accessFor(options);
  // Nobody is replaced because the machine is busy. A test of a fail-over changes this.
  const directives = ['cluster-enabled yes', 'cluster-node-timeout 15000'];
  const count = 3 * (1 + replicas);
  const servers = await Promise.all(
    Array.from({ length: count }, () => access.start(...directives)),
  );
  const nodes = servers.map(({ port }) => ({ host: '127.0.0.1', port }));
  const addresses = nodes.map(({ host, port }) => `${host}:${port}`);
  const create = ['--cluster', 'create', ...addresses, '--cluster-replicas', String(replicas)];
  await promisify(execFile)('redis-cli', [...access.cli, ...create, '--cluster-yes']);
  const says = async (server: RedisServer, command: string, sign: string): Promise<void> =>
    until(async () => (await ask(access.client, server, ...command.split(' '))).includes(sign));
  for (const server of servers) await says(server, 'CLUSTER INFO', 'cluster_state:ok');
  for (const replica of servers.slice(3)) {
    await says(replica, 'INFO replication', 'master_link_status:up');
  }
  return toTopology(access, servers, { mode: 'cluster', nodes });
}

/** A primary with a replica, and the sentinel that watches them, which has a password of its own. */
export async function startSentinel(options: TopologyOptions = {}): Promise<TestTopology> {
  const access = accessFor(options);
  const primary = await access.start();
  const replica = await access.start(`replicaof 127.0.0.1 ${primary.port}`);
  // A sentinel asks a primary for its replicas once, and then only every ten seconds.
  await until(async () => (await ask(access.client, primary, 'INFO')).includes('state=online'));
  const sentinel = await access.startSentinel(
    `sentinel monitor main 127.0.0.1 ${primary.port} 1`,
    // Nobody is replaced because the machine is busy. A test of a fail-over changes this.
    'sentinel down-after-milliseconds main 60000',
    'sentinel failover-timeout main 3000',
  );
  const { client, sentinelClient } = access;
  const watcher = { ...sentinelClient, ...(client.tls && { tls: client.tls }) };
  await until(async () => {
    const replicas = await ask(watcher, sentinel, 'SENTINEL', 'replicas', 'main');
    return replicas.includes('flags,slave,link-');
  });
  return toTopology(access, [primary, replica, sentinel], {
    mode: 'sentinel',
    nodes: [{ host: '127.0.0.1', port: sentinel.port }],
    primary: 'main',
    ...access.sentinelClient,
  });
}

function accessFor({ secured = false }: TopologyOptions): RedisAccess {
  return secured ? securedAccess() : openAccess();
}

function toTopology(
  access: RedisAccess,
  servers: readonly RedisServer[],
  topology: RedisStoreOptions['topology'],
): TestTopology {
  return {
    servers,
    options: { topology, ...access.client },
    access,
    ask: (server, ...command) => ask(access.client, server, ...command),
    stop: async () => {
      // The watchers first, so that they have nothing to mend.
      await Promise.all([...servers].reverse().map((server) => server.stop()));
      access.certificates?.remove();
    },
  };
}

async function ask(
  client: RedisOptions,
  { port }: RedisServer,
  ...[command = '', ...args]: string[]
): Promise<string> {
  // Whatever certificate the server presents by now.
  const tls = client.tls && { ...client.tls, rejectUnauthorized: false };
  const redis = new Redis(port, { ...client, ...(tls && { tls }) });
  try {
    return String(await redis.call(command, ...args));
  } finally {
    redis.disconnect();
  }
}
