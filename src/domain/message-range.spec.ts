import { expect, it } from '@jest/globals';
import { fittingSpans, type MessageRange } from './message-range.js';

/** Bytes of the messages 1 to 5. */
const SIZES = [4, 4, 4, 20, 1];

it.each<[MessageRange['from'], spans: [number, number][], fitting: [number, number][]]>([
  ['end', [[1, 5]], [[5, 5]]],
  [{ before: 5 }, [[1, 4]], [[4, 4]]],
  [{ before: 4 }, [[1, 3]], [[2, 3]]],
  [
    { before: 4 },
    [
      [1, 1],
      [3, 3],
    ],
    [
      [1, 1],
      [3, 3],
    ],
  ],
  [
    'end',
    [
      [1, 2],
      [4, 5],
    ],
    [[5, 5]],
  ],
  [
    'end',
    [
      [1, 1],
      [2, 2],
      [3, 3],
    ],
    [
      [2, 2],
      [3, 3],
    ],
  ],
  [{ after: 0 }, [[1, 5]], [[1, 2]]],
  [
    { after: 0 },
    [
      [1, 1],
      [3, 5],
    ],
    [
      [1, 1],
      [3, 3],
    ],
  ],
  [
    { after: 0 },
    [
      [1, 2],
      [4, 5],
    ],
    [[1, 2]],
  ],
  [{ after: 3 }, [[4, 5]], [[4, 4]]],
  [{ after: 4 }, [], []],
])('of a page %j of %j, 10 bytes hold %j', (from, spans, fitting) => {
  const fitted = fittingSpans(
    spans.map(toSpan),
    { limit: 9, from },
    10,
    (seq) => SIZES[seq - 1] ?? 0,
  );
  expect(fitted.spans).toEqual(fitting.map(toSpan));
  expect(fitted.isWhole).toBe(JSON.stringify(spans) === JSON.stringify(fitting));
});

function toSpan([first, last]: [number, number]): { first: number; last: number } {
  return { first, last };
}
