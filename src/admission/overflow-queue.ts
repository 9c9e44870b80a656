/** More positions would not be worth their memory. */
const POSITIONS = 2_048;

/** Requests that are decided together. */
const BATCH = 16;

/** Milliseconds between two batches: refusing a batch takes about a tenth of that time. */
const BATCH_MS = 10;

type Decide = () => void;

/**
 * Requests that found no position in the queue for slots. They wait here, where Fastify has made nothing of them yet:
 * what waits long is copied by garbage collection, with all that is made of it later. After a pause of the process, all enter as soon as there is room. While
 * there is none, a few are refused every ten milliseconds: a client that retries as soon as it is refused would
 * otherwise take the time of the requests that were admitted.
 */
export class OverflowQueue {
  private readonly queue: Decide[] = [];
  private isScheduled = false;
  private isDraining = false;

  /** @param hasRoom whether nothing waits for a slot */
  constructor(private readonly hasRoom: () => boolean) {}

  /** Calls back when the request leaves the queue, to enter or to be refused; now when the queue is full. */
  enqueue(decide: Decide): void {
    if (this.queue.length >= POSITIONS) {
      decide();
      return;
    }
    this.queue.push(decide);
    this.schedule();
  }

  /** To be called when there is room. */
  drain(): void {
    if (this.isDraining || this.queue.length === 0) return;
    this.isDraining = true;
    setImmediate(() => {
      this.isDraining = false;
      for (let left = BATCH; left > 0 && this.hasRoom(); left--) this.queue.shift()?.();
      if (this.hasRoom()) this.drain();
    });
  }

  private schedule(): void {
    if (this.isScheduled || this.queue.length === 0) return;
    this.isScheduled = true;
    setTimeout(() => {
      this.isScheduled = false;
      for (const decide of this.queue.splice(0, BATCH)) decide();
      this.schedule();
    }, BATCH_MS).unref();
  }
}
