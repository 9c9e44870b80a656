import { spawnSync } from 'node:child_process';

/** What is measured has a processor of its own; Redis and whoever makes the load share another. */
export const PROCESSOR = { measured: 0, other: 1 } as const;

/** Keeps a process, all threads of it, on one processor. */
export function pin(pid: number, processor: number): void {
  const args = ['-a', '-p', '-c', String(processor), String(pid)];
  const { status, error } = spawnSync('taskset', args);
  if (error ?? status !== 0)
    throw new Error('taskset (of util-linux) and two processors are needed.');
}
