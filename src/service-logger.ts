import { ConsoleLogger } from '@nestjs/common';

/** Contexts in which Nest logs its own steps at every start. */
const FRAMEWORK = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
]);

/** The context in which Nest logs an error of the start before it throws the error. */
const THROWN = 'ExceptionHandler';

/**
 * Nest's logger, with two changes. Nest's own steps have the level `debug`. An error that
 * `startService` throws is not logged as well: its caller reports it.
 */
export class ServiceLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && FRAMEWORK.has(context)) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) !== THROWN) super.error(message, ...rest);
  }
}
