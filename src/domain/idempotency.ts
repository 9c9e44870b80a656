/** Milliseconds for which the outcome of a write is remembered under its idempotency key. */
export const IDEMPOTENCY_WINDOW_MS = 24 * 60 * 60 * 1000;

/** A write's claim to happen once: checked in the same atomic step as the write. */
export interface IdempotencyClaim {
  /** The client's key, scoped to the owner by the store. */
  readonly key: string;
  /** Tells two requests under one key apart; equal for equal requests. 1 to 64 characters, none a space. */
  readonly requestHash: string;
}
