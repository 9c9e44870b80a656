import { PageBudget } from './page-budget.js';

/** `limit` messages: the last ones of a conversation, or those right before or right after a `seq`. */
export interface MessageRange {
  /** 0 or more. */
  readonly limit: number;
  /** `before` is 1 or more, `after` 0 or more. */
  readonly from: 'end' | { readonly before: number } | { readonly after: number };
}

/**
 * The part of `count` messages that a page of a range holds: the indices that `slice` takes. A page of
 * more than `pageBytes` ends early, far from where the range begins. `hasMore` says whether there are
 * more messages in the direction of the range.
 * @param bytesAt the size of the message at an index
 */
export function boundsOf(
  { limit, from }: MessageRange,
  count: number,
  pageBytes: number,
  bytesAt: (index: number) => number,
): { start: number; end: number; hasMore: boolean } {
  const budget = new PageBudget(pageBytes);
  if (from !== 'end' && 'after' in from) {
    const start = Math.min(from.after, count);
    const last = Math.min(start + limit, count);
    let end = start;
    while (end < last && budget.admits(bytesAt(end))) end++;
    return { start, end, hasMore: end < count };
  }
  const end = from === 'end' ? count : Math.min(from.before - 1, count);
  const first = Math.max(0, end - limit);
  let start = end;
  while (start > first && budget.admits(bytesAt(start - 1))) start--;
  return { start, end, hasMore: start > 0 };
}
