import type { MessageRange } from '../../../domain/message-range.js';

/** A range, as arguments of read.lua. */
export function encodeRange({ limit, from }: MessageRange): {
  direction: 'end' | 'after' | 'before';
  seq: number;
  limit: number;
} {
  if (from === 'end') return { direction: 'end', seq: 0, limit };
  if ('after' in from) return { direction: 'after', seq: from.after, limit };
  return { direction: 'before', seq: from.before, limit };
}
