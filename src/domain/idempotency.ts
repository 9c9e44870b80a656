/** Milliseconds for which the idempotency record of a write is stored. */
export const IDEMPOTENCY_WINDOW_MS = 24 * 60 * 60 * 1000;

/** Makes a write happen once. The store checks the claim and writes in one atomic step. */
export interface IdempotencyClaim {
  /** The client's key, scoped to the owner by the store. */
  readonly key: string;
  /** Equal for equal requests, and different for others. 1 to 64 characters without spaces. */
  readonly requestHash: string;
  /** Hashes that the store may have recorded for an equal request under other keys than today's. */
  readonly formerHashes?: readonly string[];
}
