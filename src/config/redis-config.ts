import { readFileSync } from 'node:fs';
import type {
  RedisConnectionOptions,
  RedisNode,
  RedisTls,
  RedisTopology,
} from '../store/redis/connection/options.js';
import type { Environment } from './environment.js';

const DEFAULT_PORT = { plain: 6379, tls: 6380 } as const;

/** What the REDIS_… variables say together; what does not fit is added to the mistakes. */
export function toRedisConnectionOptions(
  environment: Environment,
  isProduction: boolean,
  mistakes: string[],
): RedisConnectionOptions {
  const url = toUrl(environment.REDIS_URL);
  const secure = url
    ? url.protocol === 'rediss:'
    : (environment.REDIS_TLS ?? String(isProduction)) === 'true';
  if (url && environment.REDIS_HOSTNAME !== undefined) {
    mistakes.push('REDIS_URL and REDIS_HOSTNAME: set one of them, not both');
  }
  if (isProduction && !secure) {
    mistakes.push(
      url
        ? 'REDIS_URL: must be rediss:// in production, since what crosses the network is content'
        : 'REDIS_TLS: must not be false in production, since what crosses the network is content',
    );
  }
  const username = environment.REDIS_USERNAME ?? fromUrl(url?.username, mistakes);
  const password = environment.REDIS_PASSWORD ?? fromUrl(url?.password, mistakes);
  return {
    topology: toTopology(environment, url, secure, mistakes),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(secure && { tls: toTls(environment, mistakes) }),
    timeoutMs: environment.REDIS_TIMEOUT,
    waitReplicas: environment.REDIS_WAIT_REPLICAS,
  };
}

/** What is no URL has been found to be none before. */
function toUrl(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}

function toTopology(
  environment: Environment,
  url: URL | undefined,
  secure: boolean,
  mistakes: string[],
): RedisTopology {
  const { REDIS_MODE: mode, REDIS_HOSTNAME, REDIS_NODES, REDIS_SENTINEL_NAME } = environment;
  const { REDIS_SENTINEL_USERNAME: username, REDIS_SENTINEL_PASSWORD: password } = environment;
  // In a URL alone, an IPv6 address stands in brackets.
  const host = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? REDIS_HOSTNAME;
  const defaultPort = !url && secure ? DEFAULT_PORT.tls : DEFAULT_PORT.plain;
  const port = Number(url?.port) || (environment.REDIS_PORT ?? defaultPort);
  const single: RedisNode[] = host === undefined ? [] : [{ host, port }];
  const nodes = REDIS_NODES.length > 0 ? REDIS_NODES.map(toNode) : single;
  const [node] = nodes;
  if (!node) mistakes.push('REDIS_URL, REDIS_HOSTNAME or REDIS_NODES: one of them must be set');
  const db = toDatabase(url, mistakes);
  if (db !== 0 && mode !== 'standalone') {
    mistakes.push('REDIS_URL: takes a database with REDIS_MODE=standalone only');
  }
  switch (mode) {
    case 'standalone':
      if (nodes.length > 1) mistakes.push('REDIS_NODES: REDIS_MODE=standalone takes one node');
      return { mode, node: node ?? { host: '', port }, db };
    case 'sentinel':
      if (REDIS_SENTINEL_NAME === undefined) {
        mistakes.push('REDIS_SENTINEL_NAME: required with REDIS_MODE=sentinel');
      }
      return {
        mode,
        nodes,
        primary: REDIS_SENTINEL_NAME ?? '',
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
      };
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

/** The path of the URL: nothing, or the number of a database. */
function toDatabase(url: URL | undefined, mistakes: string[]): number {
  const path = url?.pathname.slice(1) ?? '';
  if (/^\d{0,5}$/.test(path)) return Number(path);
  mistakes.push('REDIS_URL: the path must be the number of a database');
  return 0;
}

function fromUrl(part: string | undefined, mistakes: string[]): string | undefined {
  try {
    return part ? decodeURIComponent(part) : undefined;
  } catch {
    mistakes.push('REDIS_URL: a percent sign in the user or the password must be written as %25');
    return undefined;
  }
}
