import { describe, expect, it } from '@jest/globals';
import { isAccessDue } from './access.js';

const MONTH_MS = 2_592_000_000;

describe('isAccessDue', () => {
  it.each([
    ['a month', MONTH_MS, MONTH_MS, 60_000],
    ['ten minutes', 600_000, 600_000, 60_000],
    ['a minute', 60_000, 60_000, 6_000],
    ['a second', 1_000, 1_000, 100],
    ['a minute, written when it was a month', MONTH_MS, 60_000, 6_000],
    ['a month, written when it was a minute', 60_000, MONTH_MS, 6_000],
  ])('with a time to live of %s', (_, writtenTtlMs, ttlMs, intervalMs) => {
    const conversation = { lastAccessedAt: new Date(0), expiresAt: new Date(writtenTtlMs) };
    expect(isAccessDue(conversation, intervalMs - 1, ttlMs)).toBe(false);
    expect(isAccessDue(conversation, intervalMs, ttlMs)).toBe(true);
    // The clock was set back.
    expect(isAccessDue(conversation, -intervalMs, ttlMs)).toBe(true);
  });
});
