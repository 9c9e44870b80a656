import { describe, expect, it } from '@jest/globals';
import { requestIdOf } from './request-id.js';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

function idOf(given: unknown): string {
  return requestIdOf({ headers: { 'x-request-id': given as string } });
}

describe('the id of a request', () => {
  it.each([
    'a',
    '7f1c-2',
    'Root=1-67891233-abcdef',
    'x'.repeat(128),
    '!#$%&()*+,-./:;<=>?@[]^_`{|}~',
  ])('is what the request says: %s', (given) => expect(idOf(given)).toBe(given));

  it.each([
    ['too long', 'x'.repeat(129)],
    ['empty', ''],
    ['a space', 'a b'],
    ['a tab', 'a\tb'],
    ['a double quote', 'a"b'],
    ['a single quote', "a'b"],
    ['a backslash', 'a\\b'],
    ['a line feed', 'a\nb'],
    ['no ASCII', 'ä'],
    ['DEL', 'a\x7f'],
    ['absent', undefined],
    ['a list', ['a', 'b']],
  ])('is a new one when the given one is unusable: %s', (_, given) => {
    expect(idOf(given)).toMatch(UUID);
    expect(idOf(given)).not.toBe(idOf(given));
  });
});
