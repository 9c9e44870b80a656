/** What one primary says of itself at one time. */
export interface EvictionCount {
  /** Names the server: another one has another name. */
  readonly server: string;
  /** As the server counts them, since it started. */
  readonly evictedKeys: number;
}

/**
 * Counts the keys that primaries evict, by their numbers. After a failover a number belongs to another server, whose
 * own count would look like evictions of that moment. So only what a server adds while it is a primary counts.
 */
export class EvictedKeys {
  private readonly totals: number[] = [];
  private latest = new Map<string, number>();

  /** @returns for each of the primaries the keys that have been evicted under its number */
  add(primaries: readonly EvictionCount[]): readonly number[] {
    const before = this.latest;
    this.latest = new Map(primaries.map(({ server, evictedKeys }) => [server, evictedKeys]));
    return primaries.map(({ server, evictedKeys }, number) => {
      const more = Math.max(0, evictedKeys - (before.get(server) ?? evictedKeys));
      return (this.totals[number] = (this.totals[number] ?? 0) + more);
    });
  }
}
