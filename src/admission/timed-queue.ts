/** Entries that leave together when the time comes. */
const BATCH = 16;

type Entry = () => void;

/** A queue of callbacks. The first 16 leave it every so many milliseconds, and are called then. */
export class TimedQueue {
  private readonly entries: Entry[] = [];
  private isScheduled = false;

  constructor(private readonly everyMs: number) {}

  get length(): number {
    return this.entries.length;
  }

  enqueue(entry: Entry): void {
    this.entries.push(entry);
    this.schedule();
  }

  /** Calls the first entries now. */
  dequeue(count: number): void {
    for (let i = 0; i < count; i++) this.entries.shift()?.();
  }

  private schedule(): void {
    if (this.isScheduled || this.entries.length === 0) return;
    this.isScheduled = true;
    setTimeout(() => {
      this.isScheduled = false;
      this.dequeue(BATCH);
      this.schedule();
    }, this.everyMs).unref();
  }
}
