import { spawnSync } from 'node:child_process';

/** The measured server has one processor. Redis and the generator of the load share the other one. */
export const PROCESSOR = { measured: 0, other: 1 } as const;

/** Binds all threads of a process to one processor. */
export function pin(pid: number, processor: number): void {
  const args = ['-a', '-p', '-c', String(processor), String(pid)];
  const { status, error } = spawnSync('taskset', args);
  if (error ?? status !== 0)
    throw new Error('taskset (of util-linux) and two processors are needed.');
}
