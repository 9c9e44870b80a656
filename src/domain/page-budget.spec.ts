import { expect, it } from '@jest/globals';
import { PageBudget } from './page-budget.js';

it.each<[bytes: number, items: number[], admitted: number]>([
  [10, [4, 6, 1], 2],
  [10, [4, 7, 1], 1],
  [10, [11, 1], 1],
  [10, [11], 1],
  [10, [10, 0, 1], 2],
  [Infinity, [1e9, 1e9], 2],
])('a page of %d bytes takes of the items %j the first %i', (bytes, items, admitted) => {
  const budget = new PageBudget(bytes);
  const taken = items.findIndex((item) => !budget.admits(item));
  expect(taken === -1 ? items.length : taken).toBe(admitted);
});
