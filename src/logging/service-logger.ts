import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import { currentTraceIds } from '../http/trace-ids.js';
import { ACCESS_CONTEXT, isAccessLine, toJsonLine, type AccessLine } from './access-line.js';
import { isoTime } from './iso-time.js';
import { processLog, type LogOutput } from './log-output.js';
import { toLoggedError } from './logged-error.js';
import type { LoggingOptions, LogLevel } from './logging.options.js';
import { openTextFormat } from './text-format.js';

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

type Level = Exclude<LogLevel, 'silent'>;

/**
 * Writes what is logged through Nest's `Logger` with pino. Nest's own steps have the level `debug`. An error that
 * `startService` throws is not logged as well: its caller reports it.
 */
export class ServiceLogger implements LoggerService {
  private readonly pino: Logger;

  private constructor(
    { level, showsErrorMessages }: LoggingOptions,
    private readonly output: LogOutput,
    private readonly format: (line: string) => string,
  ) {
    const options = {
      level,
      base: { pid: process.pid },
      timestamp: isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      serializers: { err: (error: unknown) => toLoggedError(error, showsErrorMessages) },
      mixin: () => currentTraceIds() ?? {},
    };
    this.pino = pino(options, { write: (line) => output.write(format(line)) });
  }

  static async open(options: LoggingOptions, output = processLog): Promise<ServiceLogger> {
    const format = options.format === 'text' ? await openTextFormat() : (line: string) => line;
    return new ServiceLogger(options, output, format);
  }

  log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (context === ACCESS_CONTEXT && isAccessLine(message)) this.writeAccess('info', message);
    else if (typeof context === 'string' && FRAMEWORK.has(context)) this.debug(message, ...rest);
    else this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) !== THROWN) this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    const isAccess = rest.at(-1) === ACCESS_CONTEXT && isAccessLine(message);
    if (isAccess) this.writeAccess('debug', message);
    else this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Not through pino, which takes twice as long, and there is a line for each request. It may wait for others. */
  private writeAccess(level: 'info' | 'debug', line: AccessLine): void {
    if (!this.pino.isLevelEnabled(level)) return;
    this.output.writeSoon(this.format(toJsonLine(level, line)));
  }

  /** Nest passes the context last, if the logger has one. In between may be an error, the stack of one, and fields. */
  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const last = rest.at(-1);
    const context = typeof last === 'string' && !isStack(last) ? last : undefined;
    const fields: Record<string, unknown> = { context };
    for (const part of context === undefined ? rest : rest.slice(0, -1)) addTo(fields, part);
    this.reportDropped();
    if (typeof message === 'string') {
      this.pino[level](fields, message);
    } else {
      addTo(fields, message);
      // Without a text of its own, a line would have the message of its error.
      this.pino[level](fields, 'err' in fields ? 'An error.' : undefined);
    }
  }

  private reportDropped(): void {
    if (this.output.isFull) return;
    const dropped = this.output.takeDropped();
    if (dropped > 0) {
      this.pino.warn({ context: 'Log', dropped }, 'Lines were dropped: nobody read them in time.');
    }
  }
}

/** A name of a part of the service has one line. */
function isStack(text: string): boolean {
  return text.includes('\n');
}

function addTo(fields: Record<string, unknown>, part: unknown): void {
  if (part === undefined || part === null) return;
  if (part instanceof Error || typeof part === 'string') fields['err'] = part;
  else if (typeof part === 'object') Object.assign(fields, part);
  else fields['value'] = part;
}
