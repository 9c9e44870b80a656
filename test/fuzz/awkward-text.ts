import fc from 'fast-check';

/** Names that mean something to JavaScript, to Redis or to a URL. */
export const AWKWARD = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'a:b',
  '{p1}',
  '*',
  '%',
  '%3A',
  '../..',
  'a\nb\r\t',
  '"\\/',
  '\u007f\u0001',
  '\u2028\u2029\ufeff',
  'e\u0301',
  'é',
  '世界',
  '👩‍👩‍👧 👋🏽',
] as const;

/** Well-formed text without NUL, as the store port takes it. */
export const text = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !value.includes('\0')),
);

/** A few again and again, so that objects meet in them. */
const key = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString'), text);

/** An object with awkward keys of its own, `__proto__` too. */
export function record<T>(
  value: fc.Arbitrary<T>,
  maxLength = 4,
): fc.Arbitrary<Readonly<Record<string, T>>> {
  return fc
    .array(fc.tuple(key, value), { maxLength })
    .map((entries) => Object.fromEntries(entries));
}

/** Any JSON, as `JSON.parse` returns it. */
export const json = fc
  .oneof(fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme' }), text, record(text))
  .map((value) => JSON.stringify(value))
  .filter((value) => !value.includes('\\u0000'))
  .map((value) => JSON.parse(value) as never);
