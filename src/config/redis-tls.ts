import type { RedisTls } from '../store/redis/connection/options.js';
import { readNamedFile } from './named-file.js';
import type { ConfigurationMistake } from './configuration.error.js';
import type { RedisUrl } from './redis-url.js';
import type { RedisEnvironment } from './redis.environment.js';

/** How to use TLS; undefined when the connection has none. */
export function toRedisTls(
  environment: RedisEnvironment,
  url: RedisUrl | undefined,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): RedisTls | undefined {
  const { REDIS_TLS = String(isProduction), REDIS_TLS_SERVERNAME: servername } = environment;
  const isSecure = url ? url.isSecure : REDIS_TLS === 'true';
  if (!isSecure) {
    if (isProduction) mistakes.push(insecure(url));
    return undefined;
  }
  const ca = readNamedFile(environment.REDIS_TLS_CA_FILE, 'REDIS_TLS_CA_FILE', mistakes);
  return { ...(ca !== undefined && { ca }), ...(servername !== undefined && { servername }) };
}

function insecure(url: RedisUrl | undefined): ConfigurationMistake {
  const reason = 'in production, since the connection carries what users write';
  return url
    ? { variables: ['REDIS_URL'], message: `must be rediss:// ${reason}` }
    : { variables: ['REDIS_TLS'], message: `must not be false ${reason}` };
}
