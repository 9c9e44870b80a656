import { expect, it } from '@jest/globals';
import { FLUSHES_PER_SECOND, flushIntervalMs } from './flush-pace.js';

it('turns that are followed elsewhere send events every 50 ms, and less often when many run', () => {
  expect([1, 100, 200, 500].map((turns) => flushIntervalMs(turns, true))).toEqual([
    50, 50, 100, 250,
  ]);
});

it('the others send them every 500 ms', () => {
  expect([1, 500, 2_000].map((turns) => flushIntervalMs(turns, false))).toEqual([500, 500, 1_000]);
});

it('all turns together send no more often than the process may', () => {
  for (const turns of [1, 99, 101, 500, 10_000]) {
    expect((turns * 1_000) / flushIntervalMs(turns, true)).toBeLessThanOrEqual(FLUSHES_PER_SECOND);
  }
});
