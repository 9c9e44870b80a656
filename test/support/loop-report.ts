import { pathToFileURL } from 'node:url';
import { until } from './redis-server.js';

/** What `loop-watch.mjs` tells: milliseconds. */
export interface LoopReport {
  /** The longest time for which the event loop was blocked by work. */
  readonly blockedMs: number;
  /** The longest time by which anything on it was late, for want of a processor too. */
  readonly delayMs: number;
}

/** The environment of a process whose event loop is watched. */
export const WATCHED_LOOP = {
  NODE_OPTIONS: `--import ${pathToFileURL('test/support/loop-watch.mjs').href}`,
} as const;

/** Asks a watched process for the time since it was asked before. */
export async function loopReport(watched: {
  signal(signal: NodeJS.Signals): void;
  readonly output: string;
}): Promise<LoopReport> {
  const before = linesOf(watched.output).length;
  watched.signal('SIGUSR2');
  await until(() => linesOf(watched.output).length > before);
  return JSON.parse(linesOf(watched.output).at(-1) ?? '') as LoopReport;
}

function linesOf(output: string): string[] {
  return [...output.matchAll(/^loop (.*)\n/gm)].map(([, json]) => json as string);
}
