/** Shares WAITs between writes: one WAIT serves all writes that came while the one before it ran. */
export class ReplicaBarrier {
  private running: Promise<unknown> = Promise.resolve();
  private next: Promise<number> | undefined;

  /** `wait` resolves with the number of replicas that have all that was written before the call. */
  constructor(private readonly wait: () => Promise<number>) {}

  /** Resolves with the number of replicas that have everything that was written before this call. */
  pass(): Promise<number> {
    // The running WAIT may have been sent before the latest write. The next one is sent after it.
    this.next ??= this.running.then(() => {
      this.next = undefined;
      const count = this.wait();
      this.running = count.catch(() => undefined);
      return count;
    });
    return this.next;
  }
}
