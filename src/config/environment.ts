import { plainToInstance, Transform } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateBy,
  validateSync,
} from 'class-validator';
import { DEFAULT_CLAIMS, HMAC_ALGORITHMS, PUBLIC_KEY_ALGORITHMS } from '../auth/auth.options.js';
import { MEMORY_STORE_DEFAULTS, REDIS_STORE_DEFAULTS } from '../store/store.defaults.js';

/**
 * The environment variables of the service, as strings and numbers that are each valid alone.
 * `.env.example` says what they mean; what they mean together is `readAppConfig`'s.
 */
export class Environment {
  @IsIn(['development', 'test', 'production'])
  NODE_ENV: 'development' | 'test' | 'production' = 'development';

  @IsString()
  HOST = '0.0.0.0';

  @WholeNumber(0, 65_535)
  PORT = 3000;

  @IsIn(['fatal', 'error', 'warn', 'log', 'debug', 'verbose'])
  LOG_LEVEL: 'fatal' | 'error' | 'warn' | 'log' | 'debug' | 'verbose' = 'log';

  @List(isOrigin, 'must be origins such as https://chat.example.com, with commas')
  CORS_ORIGINS: string[] = [];

  /** 1 KiB to 64 MiB. */
  @WholeNumber(1024, 64 * 1024 * 1024)
  BODY_LIMIT = 1024 * 1024;

  @WholeNumber(1, 1_000_000)
  MAX_CONCURRENT_REQUESTS = 128;

  @IsOptional()
  @WholeNumber(0, 300_000)
  SHUTDOWN_DRAIN_MS?: number;

  @WholeNumber(0, 300_000)
  SHUTDOWN_FINISH_MS = 10_000;

  @IsOptional()
  @IsIn(['memory', 'redis', 'custom'])
  STORE_DRIVER?: 'memory' | 'redis' | 'custom';

  @WholeNumber(1, 1_000_000)
  MAX_MESSAGES_PER_CONVERSATION: number = MEMORY_STORE_DEFAULTS.maxMessagesPerConversation;

  @WholeNumber(1, 1_000_000)
  MAX_CONVERSATIONS_PER_USER: number = MEMORY_STORE_DEFAULTS.maxConversationsPerUser;

  /** 1 MiB or more. */
  @WholeNumber(1024 * 1024, Number.MAX_SAFE_INTEGER)
  MEMORY_LIMIT: number = MEMORY_STORE_DEFAULTS.maxBytes;

  @IsOptional()
  @Address('redis:', 'rediss:')
  REDIS_URL?: string;

  @IsOptional()
  @IsString()
  REDIS_HOSTNAME?: string;

  @IsOptional()
  @WholeNumber(1, 65_535)
  REDIS_PORT?: number;

  @IsOptional()
  @IsString()
  REDIS_USERNAME?: string;

  @IsOptional()
  @IsString()
  REDIS_PASSWORD?: string;

  @IsIn(['standalone', 'sentinel', 'cluster'])
  REDIS_MODE: 'standalone' | 'sentinel' | 'cluster' = 'standalone';

  @List((item) => /^[^\s,:@/]+:\d{1,5}$/.test(item), 'must be host:port, with commas')
  REDIS_NODES: string[] = [];

  @IsOptional()
  @IsString()
  REDIS_SENTINEL_NAME?: string;

  @IsOptional()
  @IsString()
  REDIS_SENTINEL_USERNAME?: string;

  @IsOptional()
  @IsString()
  REDIS_SENTINEL_PASSWORD?: string;

  @IsOptional()
  @IsIn(['true', 'false'])
  REDIS_TLS?: 'true' | 'false';

  @IsOptional()
  @IsString()
  REDIS_TLS_CA_FILE?: string;

  @IsOptional()
  @IsString()
  REDIS_TLS_SERVERNAME?: string;

  @Matches(/^[^{}\s]{0,64}$/, {
    message: 'must have at most 64 characters and no "{", "}" or space',
  })
  REDIS_KEY_PREFIX: string = REDIS_STORE_DEFAULTS.keyPrefix;

  /** Seconds: a second to ten years. */
  @WholeNumber(1, 315_360_000)
  REDIS_TTL: number = REDIS_STORE_DEFAULTS.ttlMs / 1_000;

  /** Milliseconds. */
  @WholeNumber(10, 60_000)
  REDIS_TIMEOUT: number = REDIS_STORE_DEFAULTS.timeoutMs;

  @WholeNumber(0, 5)
  REDIS_WAIT_REPLICAS: number = REDIS_STORE_DEFAULTS.waitReplicas;

  @IsOptional()
  @MinLength(32, { message: 'must have 32 characters or more' })
  JWT_SECRET?: string;

  @IsOptional()
  @Address('https:', 'http:')
  JWT_JWKS_URI?: string;

  @IsOptional()
  @IsString()
  JWT_ISSUER?: string;

  @IsOptional()
  @IsString()
  JWT_AUDIENCE?: string;

  @IsOptional()
  @IsIn([...HMAC_ALGORITHMS, ...PUBLIC_KEY_ALGORITHMS])
  JWT_ALGORITHM?: (typeof HMAC_ALGORITHMS | typeof PUBLIC_KEY_ALGORITHMS)[number];

  @IsString()
  JWT_USER_CLAIM: string = DEFAULT_CLAIMS.user;

  @IsString()
  JWT_TENANT_CLAIM: string = DEFAULT_CLAIMS.tenant;

  /** Milliseconds. */
  @WholeNumber(1_000, 300_000)
  TURN_LEASE_MS = 15_000;

  @WholeNumber(1_000, 3_600_000)
  TURN_TIMEOUT_MS = 120_000;

  @WholeNumber(0, 3_600_000)
  TURN_WAIT_MS = 60_000;
}

/** All that is wrong with the configuration, a line each. Names variables, never their values. */
export class ConfigurationError extends Error {
  constructor(readonly mistakes: readonly string[]) {
    super(`The configuration is not usable:\n${mistakes.map((line) => `  - ${line}`).join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

/**
 * Reads the variables; an empty one counts as not set. With mistakes, the environment still holds
 * what was given, for others to find theirs.
 */
export function readEnvironment(variables: NodeJS.ProcessEnv): {
  environment: Environment;
  mistakes: string[];
} {
  const set = Object.entries(variables).filter(([, value]) => value !== undefined && value !== '');
  const environment = plainToInstance(Environment, Object.fromEntries(set));
  const errors = validateSync(environment, { stopAtFirstError: true });
  const mistakes = errors.flatMap(({ property, constraints = {} }) =>
    Object.values(constraints).map((text) => `${property}: ${text.replace(`${property} `, '')}`),
  );
  return { environment, mistakes };
}

/** Decimal: `Number` would take a space for 0 and 0x10 for 16. */
function WholeNumber(min: number, max: number): PropertyDecorator {
  const message = `must be a whole number from ${min} to ${max}`;
  return all(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
    ),
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
  );
}

function List(isItem: (item: string) => boolean, message: string): PropertyDecorator {
  return all(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value,
    ),
    rule('isList', message, (value) => (value as string[]).every(isItem)),
  );
}

/** A URL as `URL` reads it, so that whoever makes one of it succeeds. */
function Address(...protocols: string[]): PropertyDecorator {
  const message = `must be a URL such as ${protocols[0]}//host:port, percent-encoded where need be`;
  return rule('isAddress', message, (value) => {
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
    return url !== undefined && protocols.includes(url.protocol) && url.hostname !== '';
  });
}

/** As a browser writes it, since it is compared by its characters. */
function isOrigin(item: string): boolean {
  return /^https?:/.test(item) && !item.includes('*') && URL.canParse(item)
    ? new URL(item).origin === item
    : false;
}

function rule(
  name: string,
  message: string,
  validate: (value: unknown) => boolean,
): PropertyDecorator {
  return ValidateBy({ name, validator: { validate, defaultMessage: () => message } });
}

function all(...decorators: PropertyDecorator[]): PropertyDecorator {
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };
}
