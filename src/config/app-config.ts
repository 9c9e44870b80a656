import type { AuthOptions } from '../auth/auth.options.js';
import type { StoreOptions } from '../store/store.options.js';
import type { TurnOptions } from '../turns/turns.options.js';
import { toAuthOptions } from './auth-config.js';
import { ConfigurationError, type ConfigurationMistake } from './configuration.error.js';
import { readEnvironment, type Environment } from './environment.js';
import { toHttpConfig, type HttpConfig } from './http-config.js';
import { toStoreOptions } from './store-config.js';

/** The configuration as the rest of the service sees it: typed, complete and consistent. */
export interface AppConfig {
  readonly isProduction: boolean;
  readonly logLevel: Environment['LOG_LEVEL'];
  readonly http: HttpConfig;
  readonly auth: AuthOptions;
  /** Absent when the application binds a store of its own. */
  readonly store?: StoreOptions;
  readonly turns: TurnOptions;
}

/**
 * Makes the configuration of the variables.
 * @throws ConfigurationError with all mistakes at once
 */
export function readAppConfig(variables: NodeJS.ProcessEnv): AppConfig {
  const { environment, mistakes } = readEnvironment(variables);
  const together: ConfigurationMistake[] = [];
  const config = toAppConfig(environment, together);
  // A variable that is wrong alone often does not fit the others either: report it once.
  const wrong = new Set(mistakes.flatMap(({ variables: names }) => names));
  mistakes.push(
    ...together.filter(({ variables: names }) => !names.some((name) => wrong.has(name))),
  );
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return config;
}

function toAppConfig(environment: Environment, mistakes: ConfigurationMistake[]): AppConfig {
  const isProduction = environment.NODE_ENV === 'production';
  const auth = toAuthOptions(environment, isProduction, mistakes);
  const store = toStoreOptions(environment, isProduction, mistakes);
  return {
    isProduction,
    logLevel: environment.LOG_LEVEL,
    http: toHttpConfig(environment, isProduction),
    auth,
    ...(store && { store }),
    turns: {
      leaseMs: environment.TURN_LEASE_MS,
      timeoutMs: environment.TURN_TIMEOUT_MS,
      waitMs: environment.TURN_WAIT_MS,
    },
  };
}
