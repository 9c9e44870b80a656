import { Logger } from '@nestjs/common';
import type { Bound } from '../http/bounds.js';

/** Milliseconds without a refusal after which an overload is over. */
const QUIET_MS = 5_000;

/** Logs the start and the end of an overload, and not each refusal. */
export class RefusalLog {
  private readonly logger = new Logger('Overload');
  private timer: NodeJS.Timeout | undefined;
  private readonly refusedBy = new Map<Bound, number>();
  private refused = 0;
  private since = 0;

  count(bound: Bound): void {
    this.refused++;
    this.refusedBy.set(bound, (this.refusedBy.get(bound) ?? 0) + 1);
    if (this.timer) return;
    this.logger.warn(
      'The service is overloaded: it refuses with 503 the requests that it cannot serve; if this ' +
        'lasts, run more processes.',
    );
    this.since = performance.now();
    this.checkLater(0);
  }

  /** Compares the counts every five seconds: a timer that every refusal resets would cost more. */
  private checkLater(refusedBefore: number): void {
    this.timer = setTimeout(() => {
      if (this.refused > refusedBefore) this.checkLater(this.refused);
      else this.end();
    }, QUIET_MS).unref();
  }

  private end(): void {
    const seconds = Math.round((performance.now() - this.since) / 1000);
    const bounds = [...this.refusedBy].map(([bound, count]) => `${bound} ${count}`).join(', ');
    this.logger.log(
      `The overload is over: the service refused ${this.refused} requests within ${seconds} s (${bounds}).`,
    );
    this.timer = undefined;
    this.refused = 0;
    this.refusedBy.clear();
  }
}
