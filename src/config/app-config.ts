import { randomBytes } from 'node:crypto';
import { HMAC_ALGORITHMS, PUBLIC_KEY_ALGORITHMS, type JwtOptions } from '../auth/auth.options.js';
import type { StoreLimits } from '../store/store.limits.js';
import type { StoreOptions } from '../store/store.options.js';
import type { TurnOptions } from '../turns/turns.options.js';
import { ConfigurationError, readEnvironment, type Environment } from './environment.js';
import { toRedisConnectionOptions } from './redis-config.js';

/** The configuration as the rest of the service sees it: typed, whole and consistent. */
export interface AppConfig {
  readonly isProduction: boolean;
  readonly logLevel: Environment['LOG_LEVEL'];
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Bytes. */
    readonly bodyLimit: number;
    /** Requests worked on at once; whatever is more is refused. */
    readonly maxConcurrentRequests: number;
    /** Origins whose pages may call the service; none switches CORS off. */
    readonly corsOrigins: readonly string[];
    /** Milliseconds between the first failed readiness and the last accepted connection. */
    readonly drainMs: number;
    /** Milliseconds that requests in flight then have to finish. */
    readonly finishMs: number;
  };
  /** Absent when the application brings its own authentication. */
  readonly auth?: JwtOptions;
  /** Absent when the application binds a store of its own. */
  readonly store?: StoreOptions;
  readonly turns: TurnOptions;
}

/** What the code of the application configures, so that no variable has to. */
export interface ConfiguredInCode {
  readonly auth?: boolean;
  readonly store?: boolean;
}

/**
 * The configuration that the variables make.
 * @throws ConfigurationError with every mistake at once
 */
export function readAppConfig(
  variables: NodeJS.ProcessEnv,
  inCode: ConfiguredInCode = {},
): AppConfig {
  const { environment, mistakes } = readEnvironment(variables);
  const together: string[] = [];
  const config = toAppConfig(environment, together, inCode);
  const wrong = new Set(mistakes.flatMap(variablesOf));
  // What follows from a variable that is wrong by itself is no mistake of its own.
  mistakes.push(...together.filter((text) => !variablesOf(text).some((name) => wrong.has(name))));
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return config;
}

/** The variables that a mistake is about: what stands before its colon. */
function variablesOf(mistake: string): string[] {
  return (mistake.split(':', 1)[0] as string).split(/\W+/);
}

/** What the log needs before the configuration is checked. */
export function readLogConfig(
  variables: NodeJS.ProcessEnv,
): Pick<AppConfig, 'isProduction' | 'logLevel'> {
  const { NODE_ENV, LOG_LEVEL } = readEnvironment(variables).environment;
  return { isProduction: NODE_ENV === 'production', logLevel: LOG_LEVEL };
}

function toAppConfig(
  environment: Environment,
  mistakes: string[],
  inCode: ConfiguredInCode,
): AppConfig {
  const isProduction = environment.NODE_ENV === 'production';
  return {
    isProduction,
    logLevel: environment.LOG_LEVEL,
    http: {
      host: environment.HOST,
      port: environment.PORT,
      bodyLimit: environment.BODY_LIMIT,
      maxConcurrentRequests: environment.MAX_CONCURRENT_REQUESTS,
      corsOrigins: environment.CORS_ORIGINS,
      drainMs: environment.SHUTDOWN_DRAIN_MS ?? (isProduction ? 5_000 : 0),
      finishMs: environment.SHUTDOWN_FINISH_MS,
    },
    ...(!inCode.auth && { auth: toJwtOptions(environment, isProduction, mistakes) }),
    ...(!inCode.store &&
      environment.STORE_DRIVER !== 'custom' && {
        store: toStoreOptions(environment, isProduction, mistakes),
      }),
    turns: {
      leaseMs: environment.TURN_LEASE_MS,
      timeoutMs: environment.TURN_TIMEOUT_MS,
      waitMs: environment.TURN_WAIT_MS,
    },
  };
}

function toJwtOptions(
  environment: Environment,
  isProduction: boolean,
  mistakes: string[],
): JwtOptions {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = environment;
  return {
    keys: toTokenKeys(environment, isProduction, mistakes),
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
    userClaim: environment.JWT_USER_CLAIM,
    tenantClaim: environment.JWT_TENANT_CLAIM,
  };
}

function toTokenKeys(
  { JWT_SECRET, JWT_JWKS_URI, JWT_ALGORITHM, JWT_ISSUER, JWT_AUDIENCE }: Environment,
  isProduction: boolean,
  mistakes: string[],
): JwtOptions['keys'] {
  if (JWT_SECRET !== undefined && JWT_JWKS_URI !== undefined) {
    mistakes.push('JWT_SECRET and JWT_JWKS_URI: set one of them, not both');
  }
  if (JWT_JWKS_URI !== undefined) {
    if (isProduction && (JWT_ISSUER === undefined || JWT_AUDIENCE === undefined)) {
      mistakes.push('JWT_ISSUER and JWT_AUDIENCE: required with JWT_JWKS_URI in production');
    }
    if (isProduction && !JWT_JWKS_URI.startsWith('https:')) {
      mistakes.push(
        'JWT_JWKS_URI: must be https:// in production, since it says which keys to trust',
      );
    }
    const algorithm = PUBLIC_KEY_ALGORITHMS.find((known) => known === (JWT_ALGORITHM ?? 'RS256'));
    if (!algorithm) mistakes.push('JWT_ALGORITHM: must be one for public keys with JWT_JWKS_URI');
    return { kind: 'jwks', uri: JWT_JWKS_URI, algorithm: algorithm ?? 'RS256' };
  }
  if (isProduction && JWT_SECRET === undefined) {
    mistakes.push('JWT_JWKS_URI or JWT_SECRET: one of them is required in production');
  }
  const algorithm = HMAC_ALGORITHMS.find((known) => known === (JWT_ALGORITHM ?? 'HS256'));
  if (!algorithm) mistakes.push('JWT_ALGORITHM: must be HS256, HS384 or HS512 with a secret');
  return {
    kind: 'secret',
    secret: JWT_SECRET ?? randomBytes(32).toString('base64url'),
    generated: JWT_SECRET === undefined,
    algorithm: algorithm ?? 'HS256',
  };
}

function toStoreOptions(
  environment: Environment,
  isProduction: boolean,
  mistakes: string[],
): StoreOptions {
  const hasRedis = Boolean(
    environment.REDIS_URL ?? environment.REDIS_HOSTNAME ?? environment.REDIS_NODES[0],
  );
  const limits: StoreLimits = {
    ttlMs: environment.REDIS_TTL * 1000,
    maxMessagesPerConversation: environment.MAX_MESSAGES_PER_CONVERSATION,
    maxConversationsPerUser: environment.MAX_CONVERSATIONS_PER_USER,
  };
  if ((environment.STORE_DRIVER ?? (hasRedis ? 'redis' : 'memory')) === 'redis') {
    const redis = toRedisConnectionOptions(environment, isProduction, mistakes);
    return { driver: 'redis', keyPrefix: environment.REDIS_KEY_PREFIX, ...redis, ...limits };
  }
  if (isProduction && environment.STORE_DRIVER === undefined) {
    mistakes.push(
      'REDIS_URL: required in production (STORE_DRIVER=memory asks for a store that forgets)',
    );
  }
  return { driver: 'memory', maxBytes: environment.MEMORY_LIMIT, ...limits };
}
