import type { MessageRange } from '../../../domain/message-range.js';

/** A range, as arguments of read.lua, which copies up to `maxBytes` of messages. */
export function encodeRange(
  { limit, from, branch: leafSeq }: MessageRange,
  maxBytes: number,
): {
  direction: 'end' | 'after' | 'before';
  seq: number;
  limit: number;
  maxBytes: number;
  branch: number | 'all' | '';
} {
  const branch = leafSeq ?? '';
  if (from === 'end') return { direction: 'end', seq: 0, limit, maxBytes, branch };
  if ('after' in from) return { direction: 'after', seq: from.after, limit, maxBytes, branch };
  return { direction: 'before', seq: from.before, limit, maxBytes, branch };
}
