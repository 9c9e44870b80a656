/** `limit` messages: the last ones of a conversation, or those right before or right after a `seq`. */
export interface MessageRange {
  /** 0 or more. */
  readonly limit: number;
  /** `before` is 1 or more, `after` 0 or more. */
  readonly from: 'end' | { readonly before: number } | { readonly after: number };
}

/**
 * The part of `count` messages that a range covers: the indices that `slice` takes. `hasMore` says
 * whether there are more messages in the direction of the range.
 */
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
