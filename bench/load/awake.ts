import { spawn, spawnSync } from 'node:child_process';
import { PROCESSOR } from './pin.js';

/**
 * Prevents both processors from sleeping until this process ends. It runs work that yields to any other
 * process (SCHED_IDLE). A processor that has nothing to do for a moment halts. The host then gives a virtual
 * processor to others, and it comes back with cold caches. Each batch of requests then begins with some
 * tenths of a millisecond of slow work, which was a third of all processor time at half load (README.md).
 * The benchmarks measure software, so they run on processors as `idle=poll` would provide them. Call it
 * before starting anything.
 */
export function preventProcessorSleep(): void {
  for (const processor of Object.values(PROCESSOR)) {
    const idly = ['-c', String(processor), 'chrt', '--idle', '0'];
    if (spawnSync('taskset', [...idly, 'true']).status !== 0) {
      throw new Error('taskset and chrt (of util-linux) and two processors are needed.');
    }
    const spinner = [process.execPath, 'bench/load/spinner.mjs', String(process.pid)];
    spawn('taskset', [...idly, ...spinner], { stdio: 'ignore', detached: true }).unref();
  }
}
