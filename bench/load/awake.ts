import { spawn } from 'node:child_process';
import { PROCESSOR } from './pin.js';

/**
 * Keeps both processors from sleeping until this process ends, by work that gives way to any other
 * (SCHED_IDLE). A processor that has nothing to do for a moment halts. A virtual one is then given to
 * others, and comes back with cold caches: half a millisecond of slow work for each batch of requests,
 * which at half load was half of all processor time and made a bare handler as slow as anything else.
 * What is measured here is software, so it has processors as `idle=poll` gives them.
 */
export function keepProcessorsAwake(): void {
  for (const processor of Object.values(PROCESSOR)) {
    const spinner = ['chrt', '--idle', '0', process.execPath, 'bench/load/spinner.mjs'];
    const child = spawn('taskset', ['-c', String(processor), ...spinner], { stdio: 'ignore' });
    child.on('exit', () => {
      throw new Error('taskset and chrt (of util-linux) and two processors are needed.');
    });
    child.unref();
  }
}
