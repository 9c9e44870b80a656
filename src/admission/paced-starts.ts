/** Requests that start in one iteration of the event loop: some milliseconds of work. */
const STARTS_PER_ITERATION = 16;

type Start = () => void;

/**
 * Starts requests in the order in which they came, a few in each iteration of the event loop. Node
 * accepts one connection in an iteration, and reads no request before the iteration ends: a probe
 * would wait for a hundred requests that start in one.
 */
export class PacedStarts {
  private readonly queue: Start[] = [];
  private allowed = STARTS_PER_ITERATION;
  private isRefillScheduled = false;

  /** Starts it now, or in one of the next iterations. */
  enqueue(start: Start): void {
    this.queue.push(start);
    this.startAllowed();
  }

  private startAllowed(): void {
    while (this.allowed > 0 && this.queue.length > 0) {
      this.allowed--;
      (this.queue.shift() as Start)();
    }
    if (this.isRefillScheduled || this.allowed === STARTS_PER_ITERATION) return;
    this.isRefillScheduled = true;
    setImmediate(() => {
      this.isRefillScheduled = false;
      this.allowed = STARTS_PER_ITERATION;
      this.startAllowed();
    });
  }
}
