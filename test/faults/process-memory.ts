import { execFileSync } from 'node:child_process';
import { quantile } from './paced-load.js';

/** Watches how much memory a process has, in MB, twice a second. */
export class ProcessMemory {
  readonly samples: { readonly at: number; readonly mb: number }[] = [];
  private readonly timer = setInterval(() => this.sample(), 500);

  constructor(private readonly pid: number | undefined) {
    this.sample();
  }

  /** Median of a span of `performance.now()`. */
  median(from: number, to: number): number {
    const within = this.samples.filter(({ at }) => at >= from && at < to);
    return quantile(
      within.map(({ mb }) => mb),
      0.5,
    );
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private sample(): void {
    const kilobytes = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(this.pid)]));
    this.samples.push({ at: performance.now(), mb: kilobytes / 1024 });
  }
}
