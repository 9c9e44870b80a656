import { LARGE_BODY } from '../http/json-body.parser.js';

/** Requests that start in one iteration of the event loop: some milliseconds of work. */
const STARTS_PER_ITERATION = 16;

/** Bytes of large bodies that are worked on in one iteration, or one body that is larger. */
const LARGE_BYTES_PER_ITERATION = 256 * 1024;

type Start = () => void;

/**
 * Starts requests in the order in which they came, a few in each iteration of the event loop. Node
 * accepts one connection in an iteration, and reads no request before the iteration ends: a probe
 * would wait for a hundred requests that start in one. Requests with large bodies have a queue of
 * their own, so that small requests do not wait for them.
 */
export class PacedStarts {
  private readonly small = new Pace(STARTS_PER_ITERATION);
  private readonly large = new Pace(LARGE_BYTES_PER_ITERATION);
  private isRefillScheduled = false;

  /**
   * Whether a request with a body of so many bytes may start now. Otherwise it is to be enqueued.
   * In two steps, because most requests start at once, and need no function for later.
   */
  mayStart(bodyBytes: number): boolean {
    const mayStart = bodyBytes < LARGE_BODY ? this.small.take(1) : this.large.take(bodyBytes);
    if (mayStart) this.scheduleRefill();
    return mayStart;
  }

  /** Starts it now, or in one of the next iterations. */
  readonly start = (bodyBytes: number, start: Start): void => {
    if (this.mayStart(bodyBytes)) start();
    else this.enqueue(bodyBytes, start);
  };

  /** Starts it in one of the next iterations. */
  enqueue(bodyBytes: number, start: Start): void {
    if (bodyBytes < LARGE_BODY) this.small.enqueue(1, start);
    else this.large.enqueue(bodyBytes, start);
    this.scheduleRefill();
  }

  private scheduleRefill(): void {
    if (this.isRefillScheduled) return;
    this.isRefillScheduled = true;
    setImmediate(() => {
      this.isRefillScheduled = false;
      const isSmallIdle = this.small.refill();
      const isLargeIdle = this.large.refill();
      if (!isSmallIdle || !isLargeIdle) this.scheduleRefill();
    });
  }
}

/** What may start in one iteration. What costs more than is left takes all of it. */
class Pace {
  private readonly queue: { readonly cost: number; readonly start: Start }[] = [];
  private left: number;

  constructor(private readonly perIteration: number) {
    this.left = perIteration;
  }

  take(cost: number): boolean {
    if (this.left <= 0 || this.queue.length > 0) return false;
    this.left -= cost;
    return true;
  }

  enqueue(cost: number, start: Start): void {
    this.queue.push({ cost, start });
  }

  /** Starts what may start in this iteration; true when nothing has started in it. */
  refill(): boolean {
    this.left = this.perIteration;
    while (this.left > 0) {
      const next = this.queue.shift();
      if (!next) break;
      this.left -= next.cost;
      next.start();
    }
    return this.left === this.perIteration;
  }
}
