import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4_096;

/**
 * Milliseconds of processor time that all threads of the process have used. /proc/PID/stat counts in steps
 * of 10 ms, which is too coarse for a short run.
 */
export function cpuMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) => {
    const [used] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(used);
  });
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}

/** MiB of memory that the process has now. */
export function rssMiB(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return (pages * PAGE_BYTES) / 2 ** 20;
}
