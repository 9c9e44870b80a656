import type { JwtOptions } from '../auth/auth.options.js';
import type { ConversationsOptions } from '../conversations/conversations.options.js';
import type { LoggingOptions } from '../logging/logging.options.js';
import type { MessageLimits } from '../messages/message-limits.module.js';
import type { RateLimits } from '../domain/rate-limit.js';
import type { StoreOptions } from '../store/store.options.js';
import type { TracingOptions } from '../tracing/tracing.options.js';
import type { TurnOptions } from '../turns/turns.options.js';
import { toJwtOptions } from './auth-config.js';
import { ConfigurationError, type ConfigurationMistake } from './configuration.error.js';
import type { ConfiguredInCode } from './configured-in-code.js';
import { readEnvironment, type Environment } from './environment.js';
import { toHttpConfig, type HttpConfig } from './http-config.js';
import { toLoggingOptions } from './logging-config.js';
import { toMetricsConfig, type MetricsConfig } from './metrics-config.js';
import { toRateLimits } from './rate-limits-config.js';
import { toStoreOptions } from './store-config.js';
import { toTracingOptions } from './tracing-config.js';

/** The configuration as the rest of the service sees it: typed, complete and consistent. */
export interface AppConfig {
  readonly isProduction: boolean;
  readonly logging: LoggingOptions;
  readonly http: HttpConfig;
  readonly metrics: MetricsConfig;
  /** Absent when the application brings its own authentication. */
  readonly auth?: JwtOptions;
  /** Absent when the application binds a store of its own. */
  readonly store?: StoreOptions;
  readonly turns: TurnOptions;
  readonly conversations: ConversationsOptions;
  readonly messages: MessageLimits;
  readonly tracing: TracingOptions;
  readonly rateLimits: RateLimits;
}

/**
 * Makes the configuration of the variables.
 * @throws ConfigurationError with all mistakes at once
 */
export function readAppConfig(
  variables: NodeJS.ProcessEnv,
  inCode: ConfiguredInCode = {},
): AppConfig {
  const { environment, mistakes } = readEnvironment(variables);
  const together: ConfigurationMistake[] = [];
  const config = toAppConfig(environment, together, inCode);
  // A variable that is wrong alone often does not fit the others either: report it once.
  const wrong = new Set(mistakes.flatMap(({ variables: names }) => names));
  mistakes.push(
    ...together.filter(({ variables: names }) => !names.some((name) => wrong.has(name))),
  );
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return config;
}

/** The part that the log needs before the configuration is checked. */
export function readLoggingOptions(variables: NodeJS.ProcessEnv): LoggingOptions {
  return toLoggingOptions(readEnvironment(variables).environment);
}

function toAppConfig(
  environment: Environment,
  mistakes: ConfigurationMistake[],
  inCode: ConfiguredInCode,
): AppConfig {
  const isProduction = environment.NODE_ENV === 'production';
  const auth = inCode.auth ? undefined : toJwtOptions(environment, isProduction, mistakes);
  const ownerShare = environment.OWNER_SHARE / 100;
  const store = toStoreOptions(environment, isProduction, mistakes, inCode);
  return {
    isProduction,
    logging: toLoggingOptions(environment),
    http: toHttpConfig(environment, isProduction),
    metrics: toMetricsConfig(environment, mistakes),
    ...(auth && { auth }),
    ...(store && { store }),
    turns: {
      leaseMs: environment.TURN_LEASE_MS,
      timeoutMs: environment.TURN_TIMEOUT_MS,
      waitMs: environment.TURN_WAIT_MS,
      maxRunning: environment.MAX_RUNNING_TURNS,
      maxQueued: environment.MAX_QUEUED_TURNS_PER_PROCESS,
      maxStreams: environment.MAX_STREAMS,
      ownerShare,
    },
    conversations: { maxExports: environment.MAX_EXPORTS, ownerShare },
    messages: { maxBytes: environment.MAX_MESSAGE_BYTES },
    tracing: toTracingOptions(environment, mistakes),
    rateLimits: toRateLimits(environment),
  };
}
