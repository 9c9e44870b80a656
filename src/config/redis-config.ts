import type {
  RedisConnectionOptions,
  RedisNode,
  RedisTopology,
} from '../store/redis/connection/options.js';
import type { ConfigurationMistake } from './configuration.error.js';
import { toRedisTls } from './redis-tls.js';
import { readRedisUrl, type RedisUrl } from './redis-url.js';
import type { AzureEnvironment } from './azure.environment.js';
import type { RedisEnvironment } from './redis.environment.js';
import { toTokens } from './token-config.js';
import { decodeCredential } from './url-credential.js';

const DEFAULT_PORT = { plain: 6379, tls: 6380 } as const;

/** What the REDIS_… variables mean together. Adds what does not fit to `mistakes`. */
export function toRedisConnectionOptions(
  environment: RedisEnvironment & AzureEnvironment,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): RedisConnectionOptions {
  const url = readRedisUrl(environment.REDIS_URL, mistakes);
  const tls = toRedisTls(environment, url, isProduction, mistakes);
  if (url && environment.REDIS_HOSTNAME !== undefined) {
    mistakes.push({ variables: ['REDIS_URL', 'REDIS_HOSTNAME'], message: 'set only one of them' });
  }
  const decode = (part?: string): string | undefined =>
    decodeCredential(part, 'REDIS_URL', mistakes);
  const username = environment.REDIS_USERNAME ?? decode(url?.username);
  const password = environment.REDIS_PASSWORD ?? decode(url?.password);
  const tokens = toTokens(
    environment.REDIS_AUTH,
    environment,
    {
      auth: 'REDIS_AUTH',
      password: password && (environment.REDIS_PASSWORD ? 'REDIS_PASSWORD' : 'REDIS_URL'),
      missingTls: tls ? undefined : url ? 'REDIS_URL' : 'REDIS_TLS',
    },
    mistakes,
  );
  if (tokens && username === undefined) {
    mistakes.push({
      variables: ['REDIS_USERNAME'],
      message: 'must be the object id of the identity with REDIS_AUTH=entra',
    });
  }
  const defaultPort = tls && !url ? DEFAULT_PORT.tls : DEFAULT_PORT.plain;
  return {
    topology: toTopology(environment, url, defaultPort, mistakes),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tokens && { tokens }),
    ...(tls && { tls }),
    timeoutMs: environment.REDIS_TIMEOUT,
    waitReplicas: environment.REDIS_WAIT_REPLICAS,
  };
}

function toTopology(
  environment: RedisEnvironment,
  url: RedisUrl | undefined,
  defaultPort: number,
  mistakes: ConfigurationMistake[],
): RedisTopology {
  const { REDIS_MODE: mode } = environment;
  const nodes = toNodes(environment, url, defaultPort, mistakes);
  const database = url?.database ?? 0;
  if (database !== 0 && mode !== 'standalone') {
    mistakes.push({
      variables: ['REDIS_URL'],
      message: 'may name a database only with REDIS_MODE=standalone',
    });
  }
  switch (mode) {
    case 'standalone':
      if (nodes.length > 1) {
        mistakes.push({
          variables: ['REDIS_NODES'],
          message: 'must be one node with REDIS_MODE=standalone',
        });
      }
      return { mode, node: nodes[0] ?? { host: '', port: defaultPort }, db: database };
    case 'sentinel':
      return toSentinels(environment, nodes, mistakes);
    case 'cluster':
      return { mode, nodes };
  }
}

function toNodes(
  { REDIS_NODES, REDIS_HOSTNAME, REDIS_PORT }: RedisEnvironment,
  url: RedisUrl | undefined,
  defaultPort: number,
  mistakes: ConfigurationMistake[],
): RedisNode[] {
  if (REDIS_NODES.length > 0) return REDIS_NODES.map(toNode);
  const host = url?.host ?? REDIS_HOSTNAME;
  if (host !== undefined) return [{ host, port: url?.port ?? REDIS_PORT ?? defaultPort }];
  mistakes.push({
    variables: ['REDIS_URL', 'REDIS_HOSTNAME', 'REDIS_NODES'],
    message: 'one of them is required',
  });
  return [];
}

function toNode(hostAndPort: string): RedisNode {
  const [host = '', port] = hostAndPort.split(':');
  return { host, port: Number(port) };
}

function toSentinels(
  {
    REDIS_SENTINEL_NAME: primary,
    REDIS_SENTINEL_USERNAME: username,
    REDIS_SENTINEL_PASSWORD: password,
  }: RedisEnvironment,
  nodes: RedisNode[],
  mistakes: ConfigurationMistake[],
): RedisTopology {
  if (primary === undefined) {
    mistakes.push({
      variables: ['REDIS_SENTINEL_NAME'],
      message: 'is required with REDIS_MODE=sentinel',
    });
  }
  return {
    mode: 'sentinel',
    nodes,
    primary: primary ?? '',
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}
