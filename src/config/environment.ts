import { plainToInstance } from 'class-transformer';
import type { DtoClass } from '../validation/dto.js';
import { fieldErrorsOf } from '../validation/field-errors.js';
import { AuthEnvironment } from './auth.environment.js';
import { AzureEnvironment } from './azure.environment.js';
import { BoundsEnvironment } from './bounds.environment.js';
import type { ConfigurationMistake } from './configuration.error.js';
import { HttpEnvironment } from './http.environment.js';
import { LoggingEnvironment } from './logging.environment.js';
import { MetricsEnvironment } from './metrics.environment.js';
import { PostgresEnvironment } from './postgres.environment.js';
import { RateLimitsEnvironment } from './rate-limits.environment.js';
import { RedisEnvironment } from './redis.environment.js';
import { SealingEnvironment } from './sealing.environment.js';
import { ServiceEnvironment } from './service.environment.js';
import { StoreEnvironment } from './store.environment.js';
import { TieredEnvironment } from './tiered.environment.js';
import { TracingEnvironment } from './tracing.environment.js';
import { TurnsEnvironment } from './turns.environment.js';

/**
 * The environment variables of the service: strings and numbers, each of them valid alone.
 * `.env.example` explains each of them. `readAppConfig` checks what they mean together.
 */
export type Environment = ServiceEnvironment &
  LoggingEnvironment &
  HttpEnvironment &
  MetricsEnvironment &
  AuthEnvironment &
  StoreEnvironment &
  RedisEnvironment &
  PostgresEnvironment &
  AzureEnvironment &
  TieredEnvironment &
  SealingEnvironment &
  TurnsEnvironment &
  BoundsEnvironment &
  TracingEnvironment &
  RateLimitsEnvironment;

const SECTIONS: readonly DtoClass[] = [
  ServiceEnvironment,
  LoggingEnvironment,
  HttpEnvironment,
  MetricsEnvironment,
  AuthEnvironment,
  StoreEnvironment,
  RedisEnvironment,
  PostgresEnvironment,
  AzureEnvironment,
  TieredEnvironment,
  SealingEnvironment,
  TurnsEnvironment,
  BoundsEnvironment,
  TracingEnvironment,
  RateLimitsEnvironment,
];

/**
 * Reads the variables. An empty variable counts as not set. When there are mistakes, the environment
 * still has the values that were given, so that the checks that follow can find theirs.
 */
export function readEnvironment(variables: NodeJS.ProcessEnv): {
  environment: Environment;
  mistakes: ConfigurationMistake[];
} {
  const mistakes: ConfigurationMistake[] = [];
  const environment = {};
  for (const Section of SECTIONS) {
    Object.assign(environment, readSection(Section, variables, mistakes));
  }
  return { environment: environment as Environment, mistakes };
}

function readSection(
  Section: DtoClass,
  variables: NodeJS.ProcessEnv,
  mistakes: ConfigurationMistake[],
): object {
  const defaults = new Section();
  const set = Object.entries(variables).filter(
    ([name, value]) => value !== undefined && value !== '' && Object.hasOwn(defaults, name),
  );
  const section = plainToInstance(Section, Object.fromEntries(set));
  for (const { field, message } of fieldErrorsOf(section)) {
    mistakes.push({ variables: [field], message });
  }
  return section;
}
