import type {
  PostgresConnectionOptions,
  PostgresTls,
} from '../store/postgres/connection/options.js';
import { POSTGRES_STORE_DEFAULTS } from '../store/store.defaults.js';
import { readNamedFile } from './named-file.js';
import type { ConfigurationMistake } from './configuration.error.js';
import { readPostgresUrl, type PostgresUrl } from './postgres-url.js';
import type { AzureEnvironment } from './azure.environment.js';
import type { PostgresEnvironment } from './postgres.environment.js';
import { toTokens } from './token-config.js';
import { decodeCredential } from './url-credential.js';

/** What the DATABASE_… variables mean together. Adds what does not fit to `mistakes`. */
export function toPostgresConnectionOptions(
  environment: PostgresEnvironment & AzureEnvironment,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): PostgresConnectionOptions {
  if (environment.DATABASE_URL === undefined) {
    mistakes.push({
      variables: ['DATABASE_URL'],
      message: 'is required with STORE_DRIVER=postgres or tiered',
    });
  }
  const url = readPostgresUrl(environment.DATABASE_URL, mistakes);
  const tls = toPostgresTls(environment, url, isProduction, mistakes);
  const decode = (part?: string): string | undefined =>
    decodeCredential(part, 'DATABASE_URL', mistakes);
  const user = decode(url?.username) ?? '';
  const password = environment.DATABASE_PASSWORD ?? decode(url?.password);
  const tokens = toTokens(
    environment.DATABASE_AUTH,
    environment,
    {
      auth: 'DATABASE_AUTH',
      password: password && (environment.DATABASE_PASSWORD ? 'DATABASE_PASSWORD' : 'DATABASE_URL'),
      missingTls: tls || !url ? undefined : 'DATABASE_URL',
    },
    mistakes,
  );
  return {
    host: url?.host ?? '',
    port: url?.port ?? POSTGRES_STORE_DEFAULTS.port,
    database: url?.database ?? '',
    user,
    ...(password !== undefined && { password }),
    ...(tokens && { tokens }),
    ...(tls && { tls }),
    poolSize: environment.DATABASE_POOL_SIZE,
    timeoutMs: environment.DATABASE_TIMEOUT,
  };
}

/** How to use TLS; undefined when the connection has none. */
function toPostgresTls(
  { DATABASE_TLS_CA_FILE }: PostgresEnvironment,
  url: PostgresUrl | undefined,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): PostgresTls | undefined {
  if (!url?.isSecure) {
    if (url && isProduction) {
      mistakes.push({
        variables: ['DATABASE_URL'],
        message:
          'must have sslmode=require in production, since the connection carries what users write',
      });
    }
    return undefined;
  }
  const ca = readNamedFile(DATABASE_TLS_CA_FILE, 'DATABASE_TLS_CA_FILE', mistakes);
  return ca === undefined ? {} : { ca };
}
