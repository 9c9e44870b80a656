/** Some of the names that a scan finds. */
export interface ScannedNames {
  readonly names: readonly string[];
  /** Another scan can go on behind them from here, also in another process. */
  readonly position: string;
}

/** What reads the names of all keys. */
export interface ScanConnection {
  /**
   * Reads the names of all hashes that match a glob pattern, some at a time, without holding up Redis. One that is renamed,
   * moved to another node, or written meanwhile may be missing or come twice.
   * @param from a position; undefined for the beginning
   * @throws StoreUnavailableError, TypeError when there is no such position
   */
  scanHashes(pattern: string, from?: string): AsyncIterable<ScannedNames>;
}
