import { describe, expect, it } from '@jest/globals';
import { JSON_LIMITS, scanJson } from './json-scan.js';
import { MalformedBodyError } from './request.errors.js';

function scan(text: string | number[]): () => void {
  return () => scanJson(Buffer.from(text as string));
}

const list = (count: number, item: string): string => `[${Array(count).fill(item).join()}]`;
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('scanJson', () => {
  it.each([
    '',
    '{}',
    '"',
    '"\\',
    '"\\u',
    '"\\ud83d\\ude00"',
    '"\\ud83d\\ude00\\uD83D\\uDE00"',
    '"\\\\ud83d"',
    '"\\\\u0000"',
    '"\\\\\\\\u0000"',
    '"\\u0001\\ud7ff\\ue000\\uffff"',
    '"a\\"b"',
    '"\\/\\b\\f\\n\\r\\t"',
    '"😀 é"',
    '{"\\ud83d\\ude00":1}',
  ])('passes %s', (text) => expect(scan(text)).not.toThrow());

  it.each([
    ['"\\u0000"', 'a NUL'],
    ['"\\\\\\u0000"', 'a NUL'],
    ['{"\\u0000":1}', 'a NUL'],
    ['"\\ud83d"', 'half a surrogate pair'],
    ['"\\uDBFF"', 'half a surrogate pair'],
    ['"\\udc00"', 'half a surrogate pair'],
    ['"\\uDfFf"', 'half a surrogate pair'],
    ['"\\ud83d\\ud83d\\ude00"', 'half a surrogate pair'],
    ['"\\ud83d\\ude00\\ude00"', 'half a surrogate pair'],
    ['"\\ud83d \\ude00"', 'half a surrogate pair'],
    ['"\\ud83d\\\\ude00"', 'half a surrogate pair'],
    ['"\\ud83d","\\ude00"', 'half a surrogate pair'],
    ['{"\\ud83d":1}', 'half a surrogate pair'],
    ['["a","\\ud83d"]', 'half a surrogate pair'],
  ])('refuses %s', (text, reason) => {
    expect(scan(text)).toThrow(MalformedBodyError);
    expect(scan(text)).toThrow(reason);
  });

  it.each(['"\\u"', '"\\u00', '"\\uzzzz"', '"\\u00"}'])(
    'leaves a cut escape to the parser: %s',
    (text) => expect(scan(text)).not.toThrow(),
  );

  it('takes nesting up to the limit', () => {
    expect(scan(nested(JSON_LIMITS.depth))).not.toThrow();
    expect(scan(nested(JSON_LIMITS.depth + 1))).toThrow('nested too deep');
    expect(scan('{"a":['.repeat(JSON_LIMITS.depth))).toThrow('nested too deep');
    expect(scan(list(1_000, '[[]]'))).not.toThrow();
  });

  it('takes values up to the limit', () => {
    expect(scan(list(JSON_LIMITS.values, '1'))).not.toThrow();
    expect(scan(list(JSON_LIMITS.values + 1, '1'))).toThrow('too many values');
    expect(scan(list(JSON_LIMITS.values / 2 + 1, '[]'))).toThrow('too many values');
    expect(scan('[]'.repeat(JSON_LIMITS.values + 1))).toThrow('too many values');
  });

  it('takes keys up to the limit', () => {
    const keys = (count: number): string => list(count, '"k":1').replace('[', '{');
    expect(scan(keys(JSON_LIMITS.keys))).not.toThrow();
    expect(scan(keys(JSON_LIMITS.keys + 1))).toThrow('too many keys');
  });

  it('counts nothing inside strings', () => {
    const text = '[{,:'.repeat(JSON_LIMITS.values + 1);
    expect(scan(JSON.stringify(text))).not.toThrow();
    expect(scan(JSON.stringify({ [text]: '"'.repeat(100) }))).not.toThrow();
  });

  it('reads bytes, not characters, so that none is taken for another', () => {
    expect(scan([0x22, 0xe2, 0x80, 0x9c, 0x5c, 0x22, 0x22])).not.toThrow();
  });
});
