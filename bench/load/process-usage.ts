import { readFileSync } from 'node:fs';

/** Ticks of /proc: a hundred a second on every Linux that there is. */
const TICK_MS = 10;
const PAGE = 4_096;

/** Milliseconds of processor time that the process has had. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** MiB of memory that the process has now. */
export function rssMiB(pid: number): number {
  return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE) / 2 ** 20;
}
