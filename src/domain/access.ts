import type { Conversation } from './conversation.js';

/** When a conversation was last accessed, and the deadline that follows from it. */
export type Access = Pick<Conversation, 'lastAccessedAt' | 'expiresAt'>;

const INTERVAL_MS = 60_000;
const SHARE_OF_TTL = 0.1;

/**
 * Whether a read, an append or a turn at `now` counts as an access, which moves the deadline. It counts
 * once a minute, or once in a tenth of a time to live that is shorter than ten minutes, so that most
 * reads and appends write no deadline. Two times to live matter: today's, and the one that the deadline
 * was written with. The shorter one decides. An access in the future was counted before somebody set
 * the clock back. Without a time to live an access counts once a minute.
 */
export function isAccessDue(
  { lastAccessedAt, expiresAt }: Access,
  now: number,
  ttlMs: number | null,
): boolean {
  const accessedAt = lastAccessedAt.getTime();
  const writtenTtlMs = expiresAt ? expiresAt.getTime() - accessedAt : Infinity;
  const shorter = Math.min(ttlMs ?? Infinity, writtenTtlMs);
  return Math.abs(now - accessedAt) >= Math.min(INTERVAL_MS, shorter * SHARE_OF_TTL);
}

export function accessAt(now: number, ttlMs: number | null): Access {
  const expiresAt = ttlMs === null ? null : new Date(now + ttlMs);
  return { lastAccessedAt: new Date(now), expiresAt };
}

/** A conversation lives through the millisecond of its deadline. Without a deadline it never expires. */
export function hasExpired({ expiresAt }: Pick<Conversation, 'expiresAt'>, now: number): boolean {
  return expiresAt !== null && expiresAt.getTime() < now;
}
