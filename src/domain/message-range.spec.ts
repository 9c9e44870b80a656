import { expect, it } from '@jest/globals';
import { boundsOf, type MessageRange } from './message-range.js';

it.each<[MessageRange, number, [start: number, end: number, hasMore: boolean]]>([
  [{ limit: 2, from: 'end' }, 5, [3, 5, true]],
  [{ limit: 5, from: 'end' }, 5, [0, 5, false]],
  [{ limit: 0, from: 'end' }, 5, [5, 5, true]],
  [{ limit: 2, from: 'end' }, 0, [0, 0, false]],
  [{ limit: 2, from: { before: 4 } }, 5, [1, 3, true]],
  [{ limit: 2, from: { before: 1 } }, 5, [0, 0, false]],
  [{ limit: 2, from: { before: 9 } }, 5, [3, 5, true]],
  [{ limit: 2, from: { after: 0 } }, 5, [0, 2, true]],
  [{ limit: 2, from: { after: 3 } }, 5, [3, 5, false]],
  [{ limit: 2, from: { after: 9 } }, 5, [5, 5, false]],
  [{ limit: 0, from: { after: 4 } }, 5, [4, 4, true]],
])('%j of %i messages', (range, count, [start, end, hasMore]) => {
  expect(boundsOf(range, count)).toEqual({ start, end, hasMore });
});
