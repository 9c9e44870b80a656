import { spawn, spawnSync } from 'node:child_process';
import { PROCESSOR } from './pin.js';

/**
 * Keeps both processors from sleeping until this process ends, by work that gives way to any other
 * (SCHED_IDLE). A processor that has nothing to do for a moment halts. A virtual one is then given to
 * others, and comes back with cold caches: some tenths of a millisecond of slow work for each batch of
 * requests, which at half load was a third of all processor time (README.md). What is measured here is
 * software, so it has processors as `idle=poll` gives them. To be called before anything is started.
 */
export function keepProcessorsAwake(): void {
  for (const processor of Object.values(PROCESSOR)) {
    const idly = ['-c', String(processor), 'chrt', '--idle', '0'];
    if (spawnSync('taskset', [...idly, 'true']).status !== 0) {
      throw new Error('taskset and chrt (of util-linux) and two processors are needed.');
    }
    const spinner = [process.execPath, 'bench/load/spinner.mjs', String(process.pid)];
    spawn('taskset', [...idly, ...spinner], { stdio: 'ignore' }).unref();
  }
}
