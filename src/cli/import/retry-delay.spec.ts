import { describe, expect, it } from '@jest/globals';
import { retryDelay } from './retry-delay.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

describe('retryDelay', () => {
  it('doubles up to ten seconds', () => {
    const delays = [1, 2, 3, 6, 7, 20].map((attempt) => retryDelay(attempt, null, NOW, 1));
    expect(delays).toEqual([250, 500, 1_000, 8_000, 10_000, 10_000]);
  });

  it('lies anywhere in the second half of that', () => {
    expect(retryDelay(3, null, NOW, 0)).toBe(500);
    expect(retryDelay(3, null, NOW, 0.5)).toBe(750);
  });

  it.each([
    ['3', 3_000],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', 0],
    ['86400', 60_000],
  ])('is no sooner than Retry-After: %s', (retryAfter, asked) => {
    expect(retryDelay(1, retryAfter, NOW, 0)).toBe(asked + 125);
  });
});
