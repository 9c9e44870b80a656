/** Lets writes through once replicas have them: all that came while one WAIT ran, by the next one. */
export class ReplicaBarrier {
  private running: Promise<unknown> = Promise.resolve();
  private next: Promise<number> | undefined;

  /** `wait` resolves with the number of replicas that have all that was written before it was called. */
  constructor(private readonly wait: () => Promise<number>) {}

  /** How many replicas have what has been written until now. */
  pass(): Promise<number> {
    // The one that runs may have been sent before the last write; the next one is sent after it.
    this.next ??= this.running.then(() => {
      this.next = undefined;
      const count = this.wait();
      this.running = count.catch(() => undefined);
      return count;
    });
    return this.next;
  }
}
