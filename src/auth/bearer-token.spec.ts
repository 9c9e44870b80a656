import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { bearerTokenOf } from './bearer-token.js';

const LENGTH = 16 * 1024;

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the token of an Authorization header', () => {
  it.each(['Bearer a.b.c', 'bearer a.b.c', 'BEARER a.b.c', 'Bearer   a.b.c'])(
    'is what follows the scheme: %s',
    (header) => {
      expect(bearerTokenOf(header)).toBe('a.b.c');
    },
  );

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearera.b.c',
    ' Bearer a.b.c',
    'Basic a.b.c',
    'a.b.c',
    'Bearer\ta.b.c',
    'Bearer a.b.c junk',
    'Bearer a.b.c ',
    'Bearer a.b.c\t',
    'Bearer a.b\u00e9.c',
    'Bearer a.b.c\u007f',
    'Bearer a.b.c\0',
  ])('is absent: %j', (header) => {
    expect(bearerTokenOf(header)).toBeUndefined();
  });

  it.each([
    ['letters', 'a'.repeat(LENGTH)],
    ['spaces', ' '.repeat(LENGTH)],
    ['the scheme and spaces', `Bearer${' '.repeat(LENGTH)}`],
    ['the scheme and letters', `Bearer ${'a'.repeat(LENGTH)}`],
    ['the scheme, letters and spaces', `Bearer ${'a'.repeat(LENGTH / 2)}${' '.repeat(LENGTH / 2)}`],
    ['words', 'Bearer '.repeat(LENGTH / 7)],
  ])('is read in one pass over %s', (_, header) => {
    const reads = jest.spyOn(String.prototype, 'charCodeAt');
    const searches = (['match', 'matchAll', 'replace', 'split', 'search'] as const).map((name) =>
      jest.spyOn(String.prototype, name),
    );
    const matches = [jest.spyOn(RegExp.prototype, 'exec'), jest.spyOn(RegExp.prototype, 'test')];
    bearerTokenOf(header);
    const count = reads.mock.calls.length;
    const others = [...searches, ...matches].map(({ mock }) => mock.calls.length);
    jest.restoreAllMocks();
    expect(count).toBeLessThanOrEqual(header.length + 1);
    expect(others).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});
