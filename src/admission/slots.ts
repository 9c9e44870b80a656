/** A bound on the requests that are worked on at the same time. */
export class Slots {
  private acquired = 0;

  constructor(private readonly limit: number) {}

  get areAllAcquired(): boolean {
    return this.acquired >= this.limit;
  }

  acquire(): void {
    this.acquired++;
  }

  release(): void {
    this.acquired--;
  }
}
