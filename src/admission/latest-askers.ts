/**
 * Knows when somebody else has asked last. Two entries are enough: of the two latest askers, at most
 * one is the one that wants to know.
 */
export class LatestAskers<Asker extends object> {
  private latest: Asker | undefined;
  private latestAt = -Infinity;
  private earlierAt = -Infinity;

  /** `now` is in milliseconds, and never smaller than before. */
  record(asker: Asker, now: number): void {
    if (asker !== this.latest) {
      this.earlierAt = this.latestAt;
      this.latest = asker;
    }
    this.latestAt = now;
  }

  /** When anybody except this one asked last. */
  lastOther(asker: Asker): number {
    return asker === this.latest ? this.earlierAt : this.latestAt;
  }
}
