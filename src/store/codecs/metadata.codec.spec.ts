import { describe, expect, it } from '@jest/globals';
import { decodeMetadata } from './metadata.codec.js';

describe('the metadata of a conversation', () => {
  it('is what its JSON says', () => {
    expect(decodeMetadata('{}')).toEqual({});
    expect(decodeMetadata('{"a":"b","constructor":"ü"}')).toEqual({ a: 'b', constructor: 'ü' });
  });

  it.each(['', '{', 'null', '1', '[]', '["a"]', '{"a":1}', '{"a":null}'])(
    'is not %j, and the error quotes none of it',
    (json) => {
      expect(() => decodeMetadata(json)).toThrow(/^(Not JSON|Metadata is no object of strings)\.$/);
    },
  );
});
