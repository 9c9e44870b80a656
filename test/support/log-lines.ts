import type { ServiceProcess } from './service-process.js';

export type LogLine = Readonly<Record<string, unknown>>;

/** The variables with which a process logs as in production. */
export const JSON_LOG = {
  LOG_FORMAT: 'json',
  STORE_DRIVER: 'memory',
  SHUTDOWN_DRAIN_MS: '0',
} as const;

/** The lines of the log that are complete so far. Whatever is no JSON fails the test. */
export function logLinesOf(service: ServiceProcess): LogLine[] {
  const lines = service.output.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LogLine);
}
