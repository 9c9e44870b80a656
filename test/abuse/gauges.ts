import { rssMiB } from '../../bench/load/process-usage.js';
import { CommandStats } from '../../bench/load/command-stats.js';
import type { RedisServer } from '../support/redis-server.js';

/** Milliseconds between two samples of the memory. */
const SAMPLE_MS = 100;

/** How much memory the service has, and how many scripts its Redis runs. */
export class Gauges {
  rssMaxMiB = 0;
  private readonly stats: CommandStats | undefined;
  private readonly sampler = setInterval(() => this.sample(), SAMPLE_MS);

  constructor(
    private readonly pid: number,
    redis: RedisServer | undefined,
  ) {
    this.stats = redis && new CommandStats(redis);
    this.sample();
  }

  /** Scripts that Redis has run so far; 0 without Redis. */
  async scripts(): Promise<number> {
    return (await this.stats?.of('evalsha'))?.calls ?? 0;
  }

  close(): void {
    clearInterval(this.sampler);
    this.stats?.close();
  }

  private sample(): void {
    try {
      this.rssMaxMiB = Math.max(this.rssMaxMiB, rssMiB(this.pid));
    } catch {
      // The process has ended. The calm tenant sees that.
    }
  }
}
