import { describe, expect, it } from '@jest/globals';
import { expectedVersion, namesTag, toEntityTag } from './entity-tag.js';

describe('an entity tag', () => {
  it('is strong and holds the version', () => expect(toEntityTag(7)).toBe('"7"'));

  it.each([1, 7, 999_999_999_999_999])('leads back to its version: %d', (version) => {
    expect(expectedVersion(toEntityTag(version))).toBe(version);
  });
});

describe('expectedVersion', () => {
  it.each([undefined, '*', ' * '])('asks for any version with If-Match %j', (ifMatch) => {
    expect(expectedVersion(ifMatch)).toBeUndefined();
  });

  it('takes space around a tag', () => expect(expectedVersion(' "3"\t')).toBe(3));

  it.each([
    '',
    '1',
    '"0"',
    '"01"',
    '"-1"',
    '"1.0"',
    '"1e1"',
    '"0x1"',
    '" 1"',
    "'1'",
    'W/"1"',
    '"1"x',
    '"1", "2"',
    '"*"',
    '"x"',
    '"9999999999999999"',
    '"\uff11"',
  ])('asks for a version that there is not with If-Match %j', (ifMatch) => {
    expect(expectedVersion(ifMatch)).toBe(0);
  });
});

describe('namesTag', () => {
  it.each(['"1"', 'W/"1"', '*', '"0", "1"', '"0",W/"1" ,"2"', ' "1" '])(
    'finds the tag in If-None-Match %j',
    (ifNoneMatch) => expect(namesTag(ifNoneMatch, '"1"')).toBe(true),
  );

  it.each([undefined, '', '1', '"11"', '"1', 'w/"1"', '"2", "3"', ',', "'1'"])(
    'does not find it in %j',
    (ifNoneMatch) => expect(namesTag(ifNoneMatch, '"1"')).toBe(false),
  );
});
