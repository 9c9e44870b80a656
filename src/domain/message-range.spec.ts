import { describe, expect, it } from '@jest/globals';
import { boundsOf, type MessageRange } from './message-range.js';

const EVERY_BYTE = Infinity;

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
  expect(boundsOf(range, count, EVERY_BYTE, () => 1)).toEqual({ start, end, hasMore });
});

describe('a page of 10 bytes', () => {
  const sizes = [4, 4, 4, 20, 1];

  it.each<[MessageRange, [start: number, end: number, hasMore: boolean]]>([
    [{ limit: 5, from: 'end' }, [4, 5, true]],
    [{ limit: 5, from: { before: 5 } }, [3, 4, true]],
    [{ limit: 5, from: { before: 4 } }, [1, 3, true]],
    [{ limit: 5, from: { before: 2 } }, [0, 1, false]],
    [{ limit: 1, from: { before: 4 } }, [2, 3, true]],
    [{ limit: 0, from: 'end' }, [5, 5, true]],
    [{ limit: 5, from: { after: 0 } }, [0, 2, true]],
    [{ limit: 5, from: { after: 2 } }, [2, 3, true]],
    [{ limit: 5, from: { after: 3 } }, [3, 4, true]],
    [{ limit: 5, from: { after: 4 } }, [4, 5, false]],
  ])('%j', (range, [start, end, hasMore]) => {
    const bounds = boundsOf(range, sizes.length, 10, (index) => sizes[index] ?? 0);
    expect(bounds).toEqual({ start, end, hasMore });
  });
});
