/**
 * Milliseconds that Redis holds what is unsaved, when conversations never expire: they are renewed until the
 * record has them, and everything in Redis has a deadline.
 */
export const UNSAVED_TTL_MS = 30 * 86_400_000;
