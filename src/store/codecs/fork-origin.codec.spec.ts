import { describe, expect, it } from '@jest/globals';
import { decodeOrigin, encodeOrigin } from './fork-origin.codec.js';

describe('the origin of a fork', () => {
  it('is an id and a seq', () => {
    const origin = { id: '0190163d-8694-739b-aea5-966c26f8ad91', seq: 12 };
    expect(encodeOrigin(origin)).toBe('0190163d-8694-739b-aea5-966c26f8ad91 12');
    expect(decodeOrigin(encodeOrigin(origin))).toEqual(origin);
  });

  it.each(['', 'id', 'id ', 'id x', 'id -1', ' 1', 'id 1 2'])('is not %j', (text) => {
    expect(() => decodeOrigin(text)).toThrow(TypeError);
  });
});
