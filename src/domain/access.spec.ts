import { describe, expect, it } from '@jest/globals';
import type { Conversation } from './conversation.js';
import { isAccessDue } from './access.js';

function accessed(ttlMs: number): Conversation {
  return { lastAccessedAt: new Date(0), expiresAt: new Date(ttlMs) } as Conversation;
}

describe('isAccessDue', () => {
  it.each([
    ['a month', 2_592_000_000, 60_000],
    ['ten minutes', 600_000, 60_000],
    ['a minute', 60_000, 6_000],
    ['a second', 1_000, 100],
  ])('of a conversation that lives %s', (_, ttlMs, interval) => {
    expect(isAccessDue(accessed(ttlMs), new Date(interval - 1))).toBe(false);
    expect(isAccessDue(accessed(ttlMs), new Date(interval))).toBe(true);
    // The clock was set back.
    expect(isAccessDue(accessed(ttlMs), new Date(-interval))).toBe(true);
  });
});
