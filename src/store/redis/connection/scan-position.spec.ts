import { describe, expect, it } from '@jest/globals';
import { decodePosition, encodePosition } from './scan-position.js';

describe('a position of a scan', () => {
  it('names a primary and a cursor', () => {
    for (const position of [
      { primary: 'Redis', cursor: '123' },
      { primary: '::1/a:6379', cursor: 'end' },
    ]) {
      expect(decodePosition(encodePosition(position))).toEqual(position);
    }
  });

  it.each(['', '/1', 'Redis', 'Redis/', 'Redis/-1', 'Redis/x'])('is not %j', (position) => {
    expect(() => decodePosition(position)).toThrow(TypeError);
  });
});
