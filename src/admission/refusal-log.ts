import { Logger } from '@nestjs/common';

/** Milliseconds without a refusal after which an overload is over. */
const QUIET_MS = 5_000;

/** A line when requests begin to be refused, and one when that is over: not one for each. */
export class RefusalLog {
  private readonly logger = new Logger('Overload');
  private timer: NodeJS.Timeout | undefined;
  private refused = 0;
  private since = 0;

  count(): void {
    this.refused++;
    if (this.timer) return;
    this.logger.warn('There is more to do than can be done: requests are refused with 503.');
    this.since = performance.now();
    this.watch(0);
  }

  /** Looks again every five seconds, since a timer set anew by every refusal would cost more. */
  private watch(refusedBefore: number): void {
    this.timer = setTimeout(() => {
      if (this.refused > refusedBefore) this.watch(this.refused);
      else this.end();
    }, QUIET_MS).unref();
  }

  private end(): void {
    const seconds = Math.round((performance.now() - this.since) / 1000);
    this.logger.log(
      `Nothing is refused any more. Within ${seconds} s, ${this.refused} requests were.`,
    );
    this.timer = undefined;
    this.refused = 0;
  }
}
