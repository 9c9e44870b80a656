import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { RedisStoreOptions } from 'conversation-store';
import { RedisServer, until } from './redis-server.js';

/** Servers of a test's own, and how to reach them. */
export interface TestTopology {
  readonly servers: readonly RedisServer[];
  readonly options: Pick<RedisStoreOptions, 'topology'> & Partial<RedisStoreOptions>;
  stop(): Promise<void>;
}

/** Three primaries that share the slots. */
export async function startCluster(): Promise<TestTopology> {
  const servers = await Promise.all(
    [1, 2, 3].map(() => RedisServer.start('--cluster-enabled', 'yes')),
  );
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`);
  execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes']);
  await until(async () => {
    const states = await Promise.all(servers.map(({ port }) => ask(port, 'CLUSTER', 'INFO')));
    return states.every((state) => state.includes('cluster_state:ok'));
  });
  return {
    servers,
    options: {
      topology: {
        mode: 'cluster',
        nodes: servers.map(({ port }) => ({ host: '127.0.0.1', port })),
      },
    },
    stop: () => stopAll(servers),
  };
}

/** A primary with a replica, watched by a sentinel with a password of its own. */
export async function startSentinel(): Promise<TestTopology> {
  const primary = await RedisServer.start();
  const replica = await RedisServer.start('--replicaof', '127.0.0.1', String(primary.port));
  const sentinel = await RedisServer.startSentinel(
    `sentinel monitor main 127.0.0.1 ${primary.port} 1`,
    'requirepass of-the-sentinel',
  );
  return {
    servers: [primary, replica, sentinel],
    options: {
      topology: {
        mode: 'sentinel',
        nodes: [{ host: '127.0.0.1', port: sentinel.port }],
        primary: 'main',
        password: 'of-the-sentinel',
      },
    },
    stop: () => stopAll([sentinel, replica, primary]),
  };
}

/** One server that speaks TLS alone, and knows one user. */
export async function startTlsWithUser(): Promise<TestTopology> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'));
  const file = (name: string): string => join(folder, name);
  makeCertificates(file);
  const certificates = ['--tls-cert-file', file('redis.crt'), '--tls-key-file', file('redis.key')];
  const users = ['--user', 'store', 'on', '>secret', '~*', '+@all', '--user', 'default', 'off'];
  const server = await RedisServer.startTls('--tls-auth-clients', 'no', ...certificates, ...users);
  return {
    servers: [server],
    options: {
      topology: { mode: 'standalone', node: { host: '127.0.0.1', port: server.port }, db: 0 },
      username: 'store',
      password: 'secret',
      tls: { ca: readFileSync(file('ca.crt'), 'utf8'), servername: 'redis.test' },
    },
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An authority of the test's own, and a certificate of its for the name redis.test. */
function makeCertificates(file: (name: string) => string): void {
  const key = (name: string): string[] => ['-newkey', 'rsa:2048', '-nodes', '-keyout', file(name)];
  const openssl = (...args: string[]): unknown =>
    execFileSync('openssl', args, { stdio: 'ignore' });
  openssl(
    'req',
    '-x509',
    ...key('ca.key'),
    '-out',
    file('ca.crt'),
    '-days',
    '2',
    '-subj',
    '/CN=CA',
  );
  openssl('req', ...key('redis.key'), '-out', file('redis.csr'), '-subj', '/CN=redis.test');
  writeFileSync(file('names'), 'subjectAltName=DNS:redis.test\n');
  const signing = [
    '-CA',
    file('ca.crt'),
    '-CAkey',
    file('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
  ];
  const names = ['-extfile', file('names')];
  openssl(
    'x509',
    '-req',
    '-in',
    file('redis.csr'),
    ...signing,
    ...names,
    '-out',
    file('redis.crt'),
  );
}

async function ask(port: number, command: string, ...args: string[]): Promise<string> {
  const redis = new Redis(port);
  try {
    return String(await redis.call(command, ...args));
  } finally {
    redis.disconnect();
  }
}

async function stopAll(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}
