/** Milliseconds for which the outcome of a write is remembered under its idempotency key. */
export const IDEMPOTENCY_WINDOW_MS = 24 * 60 * 60 * 1000;

/** What is remembered of a write under its key: enough to read the first answer again. */
export interface RememberedWrite {
  readonly requestHash: string;
  /** Of the conversation. */
  readonly id: string;
  readonly firstSeq: number;
  readonly messageCount: number;
}

/** A write's claim to happen once: checked in the same atomic step as the write. */
export interface IdempotencyClaim {
  /** The client's key, scoped to the owner by the store. */
  readonly key: string;
  /** Tells two requests under one key apart; equal for equal requests. At most 64 characters. */
  readonly requestHash: string;
}
