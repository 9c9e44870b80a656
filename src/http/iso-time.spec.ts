import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toIsoTime } from './iso-time.js';

describe('toIsoTime', () => {
  it('gives what toISOString gives, for every time that there is', () => {
    const anyTime = fc.integer({ min: -8.64e15, max: 8.64e15 });
    const aTimeOfOurs = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
      fc.property(fc.array(fc.oneof(anyTime, aTimeOfOurs)), (times) => {
        const dates = times.map((time) => new Date(time));
        expect(dates.map(toIsoTime)).toEqual(dates.map((date) => date.toISOString()));
      }),
    );
  });

  it('gives the first and the last millisecond of a day', () => {
    for (const text of ['2026-11-20T23:59:59.999Z', '2026-11-21T00:00:00.000Z']) {
      expect(toIsoTime(new Date(text))).toBe(text);
    }
  });

  it('refuses an invalid date, as toISOString does', () => {
    toIsoTime(new Date(0));
    expect(() => toIsoTime(new Date(NaN))).toThrow(RangeError);
  });
});
