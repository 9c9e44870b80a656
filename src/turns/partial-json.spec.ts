import { describe, expect, it } from '@jest/globals';
import * as v6 from 'ai-v6';
import * as v7 from 'ai-v7';
import fc from 'fast-check';
import { parsePartialJson } from './partial-json.js';

const OTHERS = [
  '',
  ' ',
  'x',
  '-',
  '{"a":',
  '{"a":-',
  '{"a":1e+5',
  '[1e+5',
  '{"a\\"b":[tru',
  '{"a":nul,',
  '"\\u12',
  '[1 2',
  '{"__proto__":{"a":1}',
];

describe('JSON that was cut off', () => {
  it.each(OTHERS)('is read as the AI SDK reads it: %s', async (text) => {
    expect(parsePartialJson(text)).toEqual((await v7.parsePartialJson(text)).value);
    expect(parsePartialJson(text)).toEqual((await v6.parsePartialJson(text)).value);
  });

  it('is read as the AI SDK reads it, wherever it was cut', async () => {
    const cut = fc.tuple(fc.json({ maxDepth: 4 }), fc.nat(), fc.constantFrom(0, 1));
    await fc.assert(
      fc.asyncProperty(cut, async ([json, at, indent]) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        const prefix = text.slice(0, at % (text.length + 1));
        expect(parsePartialJson(prefix)).toEqual((await v7.parsePartialJson(prefix)).value);
      }),
      { numRuns: 2_000 },
    );
  });
});
