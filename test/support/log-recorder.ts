import type { LoggerService } from '@nestjs/common';

/** A logger that keeps what it is told, for a test to read. */
export class LogRecorder implements LoggerService {
  readonly lines: string[] = [];

  log = this.recorder('log');
  error = this.recorder('error');
  warn = this.recorder('warn');
  debug = this.recorder('debug');
  verbose = this.recorder('verbose');
  fatal = this.recorder('fatal');

  private recorder(level: string) {
    return (message: unknown, ...rest: unknown[]): void => {
      const context = String(rest.at(-1));
      const details = rest.slice(0, -1).map(String);
      this.lines.push([`${level} [${context}]`, String(message), ...details].join(' '));
    };
  }
}
