import type { Conversation } from './conversation.js';

const INTERVAL_MS = 60_000;
const SHARE_OF_TTL = 0.1;

/**
 * Whether a read, an append or a turn at `now` counts as an access, which moves the deadline: once a minute, or
 * once in a tenth of a time to live below ten minutes. Most of them then write no deadline. Of the time to
 * live of today and the one that the deadline was written with, the shorter decides. An access in the future
 * was counted before the clock was set back.
 */
export function isAccessDue(
  { lastAccessedAt, expiresAt }: Pick<Conversation, 'lastAccessedAt' | 'expiresAt'>,
  now: number,
  ttlMs: number,
): boolean {
  const accessedAt = lastAccessedAt.getTime();
  const shorter = Math.min(ttlMs, expiresAt.getTime() - accessedAt);
  return Math.abs(now - accessedAt) >= Math.min(INTERVAL_MS, shorter * SHARE_OF_TTL);
}
