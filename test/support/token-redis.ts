import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import type { RedisTopology } from 'conversation-store';
import type { TokenAcceptor } from './fake-token-source.js';
import { RedisServer, until } from './redis-server.js';
import { TokenProxy } from './token-proxy.js';

/** The user whose passwords are tokens: Azure names it by the object id of the identity. */
export const IDENTITY = '6b3f9d2e-0f35-4c6c-9d67-2f0f6f0a7c11';

const ADMIN = { username: 'admin', password: 'of-the-test' } as const;
const ADMIN_CLI = ['--user', ADMIN.username, '--pass', ADMIN.password];

const DIRECTIVES = [
  'save ""',
  'repl-diskless-sync-delay 0',
  'user default off',
  `user ${ADMIN.username} on >${ADMIN.password} ~* &* +@all`,
  `user ${IDENTITY} on ~* &* +@all`,
  `masteruser ${ADMIN.username}`,
  `masterauth ${ADMIN.password}`,
];

/** Servers that take tokens for passwords, and close the connections of those that expire. */
export interface TokenRedis extends TokenAcceptor {
  readonly topology: RedisTopology;
  /** Connections that were closed since their token had expired. */
  readonly closed: number;
  /** Connections that have authenticated. */
  readonly connections: number;
  stop(): Promise<void>;
}

export async function startTokenRedis(
  mode: RedisTopology['mode'],
  { replica = false } = {},
): Promise<TokenRedis> {
  const servers: RedisServer[] = [];
  const proxies: TokenProxy[] = [];
  const others: RedisServer[] = [];
  const start = async (i: number): Promise<void> => {
    const proxy = (proxies[i] = await TokenProxy.start(() => servers[i]?.port ?? 0));
    const cluster = ['cluster-enabled yes', `cluster-announce-port ${proxy.port}`];
    const directives = [...DIRECTIVES, ...(mode === 'cluster' ? cluster : [])];
    servers[i] = await RedisServer.startWith({ directives });
  };
  await Promise.all(Array.from({ length: mode === 'cluster' ? 3 : 1 }, (_, i) => start(i)));
  const nodes = proxies.map(({ port }) => ({ host: '127.0.0.1', port }));
  const [node = { host: '', port: 0 }] = nodes;
  if (mode === 'cluster') await joinCluster(servers);
  if (replica) {
    const primary = servers[0]?.port;
    others.push(
      await RedisServer.startWith({
        directives: [...DIRECTIVES, `replicaof 127.0.0.1 ${primary}`],
      }),
    );
    await until(async () => (await ask(servers[0], 'INFO')).includes('state=online'));
  }
  if (mode === 'sentinel') others.push(await startSentinel(node.port));
  let closed = 0;
  return {
    topology: toTopology(mode, nodes, others),
    get closed() {
      return closed;
    },
    get connections() {
      return proxies.reduce((sum, { connections }) => sum + connections, 0);
    },
    accept: (token) => askAll(servers, 'ACL', 'SETUSER', IDENTITY, `>${token}`),
    expire: async (token) => {
      await askAll(servers, 'ACL', 'SETUSER', IDENTITY, `<${token}`);
      for (const proxy of proxies) closed += proxy.expire(token);
    },
    stop: async () => {
      await Promise.all([...others, ...servers].map((server) => server.stop()));
      await Promise.all(proxies.map((proxy) => proxy.stop()));
    },
  };
}

function toTopology(
  mode: RedisTopology['mode'],
  nodes: readonly { host: string; port: number }[],
  others: readonly RedisServer[],
): RedisTopology {
  const [node = { host: '', port: 0 }] = nodes;
  switch (mode) {
    case 'standalone':
      return { mode, node, db: 0 };
    case 'cluster':
      return { mode, nodes };
    case 'sentinel':
      return { mode, nodes: [{ host: '127.0.0.1', port: others[0]?.port ?? 0 }], primary: 'main' };
  }
}

async function joinCluster(servers: readonly RedisServer[]): Promise<void> {
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`);
  const create = ['--cluster', 'create', ...addresses, '--cluster-yes'];
  await promisify(execFile)('redis-cli', [...ADMIN_CLI, ...create]);
  for (const server of servers) {
    await until(async () => (await ask(server, 'CLUSTER', 'INFO')).includes('cluster_state:ok'));
  }
}

async function startSentinel(primaryPort: number): Promise<RedisServer> {
  const directives = [
    `sentinel monitor main 127.0.0.1 ${primaryPort} 1`,
    `sentinel auth-user main ${ADMIN.username}`,
    `sentinel auth-pass main ${ADMIN.password}`,
    'sentinel down-after-milliseconds main 60000',
  ];
  return RedisServer.startWith({ directives, args: ['--sentinel'] });
}

async function askAll(servers: readonly RedisServer[], ...command: string[]): Promise<void> {
  await Promise.all(servers.map((server) => ask(server, ...command)));
}

async function ask(
  server: RedisServer | undefined,
  ...[command = '', ...args]: string[]
): Promise<string> {
  const redis = new Redis(server?.port ?? 0, ADMIN).on('error', () => undefined);
  try {
    return String(await redis.call(command, ...args));
  } finally {
    redis.disconnect();
  }
}
