import { readFileSync } from 'node:fs';
import type {
  RedisConnectionOptions,
  RedisNode,
  RedisTls,
  RedisTopology,
} from '../store/redis/redis.options.js';
import type { Environment } from './environment.js';

const DEFAULT_PORT = { plain: 6379, tls: 6380 } as const;

/** What the REDIS_… variables say together; what does not fit is added to the mistakes. */
export function toRedisConnectionOptions(
  environment: Environment,
  isProduction: boolean,
  mistakes: string[],
): RedisConnectionOptions {
  const url = environment.REDIS_URL === undefined ? undefined : new URL(environment.REDIS_URL);
  const secure = url
    ? url.protocol === 'rediss:'
    : (environment.REDIS_TLS ?? String(isProduction)) === 'true';
  if (isProduction && !secure) {
    mistakes.push(
      url
        ? 'REDIS_URL: must be rediss:// in production, since what crosses the network is content'
        : 'REDIS_TLS: must not be false in production, since what crosses the network is content',
    );
  }
  const username = environment.REDIS_USERNAME ?? fromUrl(url?.username);
  const password = environment.REDIS_PASSWORD ?? fromUrl(url?.password);
  return {
    topology: toTopology(environment, url, secure, mistakes),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(secure && { tls: toTls(environment, mistakes) }),
    timeoutMs: environment.REDIS_TIMEOUT,
  };
}

function toTopology(
  environment: Environment,
  url: URL | undefined,
  secure: boolean,
  mistakes: string[],
): RedisTopology {
  const { REDIS_MODE: mode, REDIS_HOSTNAME, REDIS_NODES, REDIS_SENTINEL_NAME } = environment;
  const host = url?.hostname ?? REDIS_HOSTNAME;
  const defaultPort = !url && secure ? DEFAULT_PORT.tls : DEFAULT_PORT.plain;
  const port = Number(url?.port) || (environment.REDIS_PORT ?? defaultPort);
  const single: RedisNode[] = host === undefined ? [] : [{ host, port }];
  const nodes = REDIS_NODES.length > 0 ? REDIS_NODES.map(toNode) : single;
  const [node] = nodes;
  if (!node) mistakes.push('REDIS_URL, REDIS_HOSTNAME or REDIS_NODES: one of them must be set');
  switch (mode) {
    case 'standalone':
      if (nodes.length > 1) mistakes.push('REDIS_NODES: REDIS_MODE=standalone takes one node');
      return { mode, node: node ?? { host: '', port }, db: Number(url?.pathname.slice(1)) || 0 };
    case 'sentinel':
      if (REDIS_SENTINEL_NAME === undefined) {
        mistakes.push('REDIS_SENTINEL_NAME: required with REDIS_MODE=sentinel');
      }
      return { mode, nodes, primary: REDIS_SENTINEL_NAME ?? '' };
    case 'cluster':
      return { mode, nodes };
  }
}

function toTls(
  { REDIS_TLS_CA_FILE: caFile, REDIS_TLS_SERVERNAME: servername }: Environment,
  mistakes: string[],
): RedisTls {
  const ca = caFile === undefined ? undefined : readCa(caFile, mistakes);
  return { ...(ca !== undefined && { ca }), ...(servername !== undefined && { servername }) };
}

function readCa(file: string, mistakes: string[]): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    mistakes.push('REDIS_TLS_CA_FILE: the file cannot be read');
    return undefined;
  }
}

function toNode(hostAndPort: string): RedisNode {
  const [host = '', port] = hostAndPort.split(':');
  return { host, port: Number(port) };
}

function fromUrl(part: string | undefined): string | undefined {
  return part ? decodeURIComponent(part) : undefined;
}
