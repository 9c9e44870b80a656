import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The ids of the processes that this process has started and that it has not outlived. */
export function childrenOf(pid: number): number[] {
  return listChildren(pid).split(/\s+/).filter(Boolean).map(Number);
}

/** Sends a signal to processes. Those that have ended meanwhile do not matter. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }
}

/** Whether a process runs. A zombie does not: in a container without an init it stays for ever. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/s.test(stat(pid));
  } catch {
    return false;
  }
}

function listChildren(pid: number): string {
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    }
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

function stat(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8');
}
