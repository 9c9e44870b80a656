import { PageBudget } from './page-budget.js';

/** `limit` messages of a branch: its last ones, or those right before or right after a `seq`. */
export interface MessageRange {
  /** 0 or more. */
  readonly limit: number;
  /** `before` is 1 or more, `after` 0 or more. */
  readonly from: 'end' | { readonly before: number } | { readonly after: number };
  /**
   * The branch: its last message; the active branch when absent. `all`: every message of the conversation, in the order in
   * which they were stored.
   */
  readonly branch?: number | 'all' | undefined;
}

/** Messages that follow each other in the list, and of which each follows the one before. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** Whether a range begins with its last message. */
export function isBackwards({ from }: MessageRange): boolean {
  return from === 'end' || 'before' in from;
}

/**
 * The part of some spans that fits into a page of `pageBytes`: it ends early far from where the range begins.
 * @param bytesAt the size of the message of a seq
 * @returns also whether all of it fits
 */
export function fittingSpans(
  spans: readonly Span[],
  range: MessageRange,
  pageBytes: number,
  bytesAt: (seq: number) => number,
): { readonly spans: readonly Span[]; readonly isWhole: boolean } {
  const budget = new PageBudget(pageBytes);
  if (!isBackwards(range)) {
    for (const [i, { first, last }] of spans.entries()) {
      for (let seq = first; seq <= last; seq++) {
        if (budget.admits(bytesAt(seq))) continue;
        return { spans: withSpan(spans.slice(0, i), { first, last: seq - 1 }), isWhole: false };
      }
    }
    return { spans, isWhole: true };
  }
  for (const [i, { first, last }] of [...spans.entries()].reverse()) {
    for (let seq = last; seq >= first; seq--) {
      if (budget.admits(bytesAt(seq))) continue;
      const rest = withSpan([], { first: seq + 1, last });
      return { spans: [...rest, ...spans.slice(i + 1)], isWhole: false };
    }
  }
  return { spans, isWhole: true };
}

function withSpan(spans: readonly Span[], span: Span): readonly Span[] {
  return span.first > span.last ? spans : [...spans, span];
}
