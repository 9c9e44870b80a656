import type { Conversation } from './conversation.js';

const MOST_OFTEN_MS = 60_000;
const PART_OF_TTL = 0.1;

/**
 * Whether a read, an append or a turn now moves the deadline: once a minute, or, where conversations live
 * shorter than ten minutes, once in a tenth of that. Most of them then write no deadline. An access
 * in the future was counted before the clock was set back.
 */
export function isAccessDue({ lastAccessedAt, expiresAt }: Conversation, now: Date): boolean {
  const ttl = expiresAt.getTime() - lastAccessedAt.getTime();
  const apart = Math.abs(now.getTime() - lastAccessedAt.getTime());
  return apart >= Math.min(MOST_OFTEN_MS, ttl * PART_OF_TTL);
}
