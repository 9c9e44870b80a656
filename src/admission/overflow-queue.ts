/** More positions would not be worth their memory. */
const POSITIONS = 2_048;

/** Requests that are refused together. */
const BATCH = 16;

/** Milliseconds between two batches: refusing a batch takes about a tenth of that time. */
const BATCH_MS = 10;

type Refuse = () => void;

/**
 * Requests that are refused soon. A client that retries as soon as it is refused would otherwise take
 * the time of the requests that were admitted.
 */
export class RefusalQueue {
  private readonly queue: Refuse[] = [];
  private isScheduled = false;

  /** Calls back when the request leaves the queue; now when the queue is full. */
  enqueue(refuse: Refuse): void {
    if (this.queue.length >= POSITIONS) {
      refuse();
      return;
    }
    this.queue.push(refuse);
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled || this.queue.length === 0) return;
    this.isScheduled = true;
    setTimeout(() => {
      this.isScheduled = false;
      for (const refuse of this.queue.splice(0, BATCH)) refuse();
      this.schedule();
    }, BATCH_MS).unref();
  }
}
