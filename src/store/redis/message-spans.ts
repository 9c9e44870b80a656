import type { Span } from '../../domain/message-range.js';

/** How many messages lie in the spans. */
export function lengthOf(spans: readonly Span[]): number {
  let length = 0;
  for (const { first, last } of spans) length += last - first + 1;
  return length;
}

/** The seqs of the messages in the spans, in order. */
export function seqsIn(spans: readonly Span[]): number[] {
  const seqs: number[] = [];
  for (const { first, last } of spans) for (let seq = first; seq <= last; seq++) seqs.push(seq);
  return seqs;
}

/** The part of the spans up to the seq `base`, and the part behind it. */
export function splitAt(
  spans: readonly Span[],
  base: number,
): { readonly below: readonly Span[]; readonly behind: readonly Span[] } {
  if ((spans[0]?.first ?? Infinity) > base) return { below: [], behind: spans };
  const below = spans
    .filter(({ first }) => first <= base)
    .map(({ first, last }) => ({ first, last: Math.min(last, base) }));
  const behind = spans
    .filter(({ last }) => last > base)
    .map(({ first, last }) => ({ first: Math.max(first, base + 1), last }));
  return { below, behind };
}

/** Takes the spans of up to `count` messages out of the list: of its first messages, or of its last ones. */
export function takeMessages(
  spans: Span[],
  count: number,
  { fromEnd }: { readonly fromEnd: boolean },
): Span[] {
  const taken: Span[] = [];
  for (let left = count; left > 0;) {
    const span = fromEnd ? spans.pop() : spans.shift();
    if (!span) return taken;
    const { first, last } = span;
    const length = Math.min(left, last - first + 1);
    left -= length;
    if (fromEnd) {
      taken.push({ first: last - length + 1, last });
      if (last - length >= first) spans.push({ first, last: last - length });
    } else {
      taken.push({ first, last: first + length - 1 });
      if (first + length <= last) spans.unshift({ first: first + length, last });
    }
  }
  return taken;
}
