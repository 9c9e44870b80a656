import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import { currentTraceIds } from '../http/trace-ids.js';
import { ACCESS_CONTEXT } from './access-line.js';
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
  /** For the lines of requests, which may wait for each other. */
  private readonly accessPino: Logger;

  private constructor(
    { level, showsErrorMessages }: LoggingOptions,
    private readonly output: LogOutput,
    format: (line: string) => string,
  ) {
    const options = {
      level,
      base: { pid: process.pid },
      timestamp: isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      serializers: { err: (error: unknown) => toLoggedError(error, showsErrorMessages) },
    };
    const mixin = (): object => currentTraceIds() ?? {};
    this.pino = pino({ ...options, mixin }, { write: (line) => output.write(format(line)) });
    this.accessPino = pino(
      { ...options, base: { pid: process.pid, context: ACCESS_CONTEXT } },
      { write: (line) => output.writeSoon(format(line)) },
    );
  }

  static async open(options: LoggingOptions, output = processLog): Promise<ServiceLogger> {
    const format = options.format === 'text' ? await openTextFormat() : (line: string) => line;
    return new ServiceLogger(options, output, format);
  }

  log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (context === ACCESS_CONTEXT) this.accessPino.info(message);
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
    if (rest.at(-1) === ACCESS_CONTEXT) this.accessPino.debug(message);
    else this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
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

let isoMs = 0;
let isoText = '';

/** pino's form of a time. Many lines are of the same millisecond. */
function isoTime(): string {
  const now = Date.now();
  if (now !== isoMs) {
    isoMs = now;
    isoText = `,"time":"${new Date(now).toISOString()}"`;
  }
  return isoText;
}
