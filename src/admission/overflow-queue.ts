/** More positions would not be worth their memory. */
const POSITIONS = 2_048;

/** Requests that are decided together. */
const BATCH = 16;

/** Milliseconds between two batches: refusing a batch takes about a tenth of that time. */
const BATCH_MS = 10;

/** Milliseconds for which none is refused: a store that hesitates is not a service with too much to do. */
const PATIENCE_MS = 200;

/** A request that found no position in the queue for slots. */
export interface OverflowingRequest {
  /** Enters, if there is a position for it now. */
  tryEnter(): boolean;
  refuse(): void;
}

/**
 * Requests that found no position in the queue for slots. They wait here, where Fastify has made nothing of them yet:
 * what waits long is copied by garbage collection, with all that is made of it later. After a pause of the process, all
 * enter as soon as there is room. While there is none, a few are refused every ten milliseconds: a client that retries as
 * soon as it is refused would otherwise take the time of the requests that were admitted.
 */
export class OverflowQueue {
  private readonly queue: { readonly request: OverflowingRequest; readonly since: number }[] = [];
  private isScheduled = false;
  private isDraining = false;

  constructor(
    private readonly hasRoom: () => boolean,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** The request leaves the queue later; now when the queue is full. */
  enqueue(request: OverflowingRequest): void {
    if (this.queue.length >= POSITIONS) {
      if (!request.tryEnter()) request.refuse();
      return;
    }
    this.queue.push({ request, since: this.clock() });
    this.schedule();
  }

  /** To be called when there is room. */
  drain(): void {
    if (this.isDraining || this.queue.length === 0) return;
    this.isDraining = true;
    setImmediate(() => {
      this.isDraining = false;
      this.decide(this.hasRoom);
      if (this.hasRoom()) this.drain();
    });
  }

  private schedule(): void {
    if (this.isScheduled || this.queue.length === 0) return;
    this.isScheduled = true;
    setTimeout(() => {
      this.isScheduled = false;
      this.decide(() => true);
      this.schedule();
    }, BATCH_MS).unref();
  }

  /** Those that may wait longer, and have to, keep their order. */
  private decide(goesOn: () => boolean): void {
    const latest = this.clock() - PATIENCE_MS;
    const first = this.queue.splice(0, BATCH);
    const stay = first.filter(({ request, since }) => {
      if (!goesOn()) return true;
      if (request.tryEnter()) return false;
      if (since > latest) return true;
      request.refuse();
      return false;
    });
    this.queue.unshift(...stay);
  }
}
