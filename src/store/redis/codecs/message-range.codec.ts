import type { MessageRange } from '../../../domain/message-range.js';

/** A range, as arguments of read.lua, which copies up to `maxBytes` of messages. */
export function encodeRange(
  { limit, from }: MessageRange,
  maxBytes: number,
): {
  direction: 'end' | 'after' | 'before';
  seq: number;
  limit: number;
  maxBytes: number;
} {
  if (from === 'end') return { direction: 'end', seq: 0, limit, maxBytes };
  if ('after' in from) return { direction: 'after', seq: from.after, limit, maxBytes };
  return { direction: 'before', seq: from.before, limit, maxBytes };
}
