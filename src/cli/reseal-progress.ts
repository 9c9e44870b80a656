import type { ResealProgress } from '../store/sealing/reseal-run.js';

/** Milliseconds between two lines. */
const INTERVAL_MS = 3_000;

/** Writes a line about a reseal every few seconds. */
export class ResealProgressLines {
  /** Where another run can go on. */
  position: string | undefined;
  private writtenAt: number;

  constructor(
    private readonly write: (line: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.writtenAt = now();
  }

  report({ pass, conversations, resealed, position }: ResealProgress): void {
    this.position = position;
    if (this.now() - this.writtenAt < INTERVAL_MS) return;
    this.writtenAt = this.now();
    this.write(
      `Pass ${pass}: ${conversations} conversations seen, ${resealed} texts sealed anew so far. ` +
        `Position: ${position}\n`,
    );
  }
}
