import type { MessageRange } from './conversation-store.js';

/** Where a range begins and ends among `count` messages, as places, and whether more lie beyond. */
export function boundsOf(
  { limit, from }: MessageRange,
  count: number,
): { start: number; end: number; hasMore: boolean } {
  if (from !== 'end' && 'after' in from) {
    const start = Math.min(from.after, count);
    const end = Math.min(start + limit, count);
    return { start, end, hasMore: end < count };
  }
  const end = from === 'end' ? count : Math.min(from.before - 1, count);
  const start = Math.max(0, end - limit);
  return { start, end, hasMore: start > 0 };
}
