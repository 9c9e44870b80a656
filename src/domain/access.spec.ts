import { describe, expect, it } from '@jest/globals';
import { accessAt, hasExpired, isAccessDue } from './access.js';

const MONTH_MS = 2_592_000_000;

describe('isAccessDue', () => {
  it.each([
    ['a month', MONTH_MS, MONTH_MS, 60_000],
    ['ten minutes', 600_000, 600_000, 60_000],
    ['a minute', 60_000, 60_000, 6_000],
    ['a second', 1_000, 1_000, 100],
    ['a minute, written when it was a month', MONTH_MS, 60_000, 6_000],
    ['a month, written when it was a minute', 60_000, MONTH_MS, 6_000],
    ['none', null, null, 60_000],
    ['none, written when it was a minute', 60_000, null, 6_000],
    ['a minute, written when there was none', null, 60_000, 6_000],
  ])('with a time to live of %s', (_, writtenTtlMs, ttlMs, intervalMs) => {
    const conversation = accessAt(0, writtenTtlMs);
    expect(isAccessDue(conversation, intervalMs - 1, ttlMs)).toBe(false);
    expect(isAccessDue(conversation, intervalMs, ttlMs)).toBe(true);
    // The clock was set back.
    expect(isAccessDue(conversation, -intervalMs, ttlMs)).toBe(true);
  });
});

describe('a conversation', () => {
  it('expires after the millisecond of its deadline', () => {
    const conversation = accessAt(7, 1_000);
    expect(conversation).toEqual({ lastAccessedAt: new Date(7), expiresAt: new Date(1_007) });
    expect(hasExpired(conversation, 1_007)).toBe(false);
    expect(hasExpired(conversation, 1_008)).toBe(true);
  });

  it('without a deadline never expires', () => {
    const conversation = accessAt(7, null);
    expect(conversation).toEqual({ lastAccessedAt: new Date(7), expiresAt: null });
    expect(hasExpired(conversation, Number.MAX_SAFE_INTEGER)).toBe(false);
  });
});
