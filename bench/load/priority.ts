import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const HIGHEST = -20;
/** Linux may first divide a processor among sessions, and only then among the processes of each. */
const SESSION = '/proc/self/autogroup';

let isRaised = false;

/**
 * Lets this process, and all that it starts, go before everything else on the machine, until it ends. Other
 * work then hardly disturbs what is measured, and hardly proceeds. It needs root or CAP_SYS_NICE; without
 * them it says so and the figures are as good as the machine is quiet. Call it before starting anything.
 */
export function raisePriority(): void {
  try {
    setPriority(HIGHEST);
    isRaised = true;
    if (!existsSync(SESSION)) return;
    const before = /nice (-?\d+)/.exec(readFileSync(SESSION, 'utf8'))?.[1] ?? '0';
    writeFileSync(SESSION, String(HIGHEST));
    // The session outlives this process.
    process.on('exit', () => writeFileSync(SESSION, before));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`The priority stays as it is, so other work disturbs the figures: ${reason}`);
  }
}

/** Gives the priority of this process to one that it has started and that has begun a session of its own. */
export function sharePriority(pid: number): void {
  const session = `/proc/${pid}/autogroup`;
  try {
    if (isRaised && existsSync(session)) writeFileSync(session, String(HIGHEST));
  } catch {
    // It has ended.
  }
}
