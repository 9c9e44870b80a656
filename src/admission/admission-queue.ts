import { TimedQueue } from './timed-queue.js';

/** The queue has so many positions for each slot. It empties soon: waiting in it is better than a retry. */
const QUEUED_PER_SLOT = 4;

/** The refusal queue has so many positions. More would not be worth their memory. */
const REFUSAL_QUEUE_LENGTH = 2_048;

/** Milliseconds between two batches of the queue, for the case that no slot is ever released. */
const QUEUE_MS = 100;

/** Milliseconds between two batches of refusals: refusing a batch takes about a tenth of that time. */
const REFUSALS_MS = 10;

type Retry = () => void;

/**
 * Requests that came while all slots were acquired.
 *
 * The queue is for moments: all requests that came during a pause of the process come at once after
 * it. A request leaves the queue when a slot is released, or after a while without one.
 *
 * Requests that the queue has no position for wait in the refusal queue. A client that retries as
 * soon as it is refused would otherwise take the time of the requests that were admitted.
 */
export class AdmissionQueue {
  private readonly queue = new TimedQueue(QUEUE_MS);
  private readonly refusals = new TimedQueue(REFUSALS_MS);
  private readonly length: number;

  constructor(slots: number) {
    this.length = slots * QUEUED_PER_SLOT;
  }

  /** Calls back once the request leaves the queue it is in. A slot may be free by then, or not. */
  enqueue(retry: Retry): void {
    if (this.queue.length < this.length) this.queue.enqueue(retry);
    else if (this.refusals.length < REFUSAL_QUEUE_LENGTH) this.refusals.enqueue(retry);
    else retry();
  }

  /** A slot was released: the first request leaves the queue. */
  dequeue(): void {
    this.queue.dequeue(1);
  }
}
