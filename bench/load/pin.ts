import { spawnSync } from 'node:child_process';

/** Keeps a process, all threads of it, on one processor. */
export function pin(pid: number, processor: number): void {
  const args = ['-a', '-p', '-c', String(processor), String(pid)];
  const { status, error } = spawnSync('taskset', args);
  if (error ?? status !== 0)
    throw new Error('taskset (of util-linux) and two processors are needed.');
}
