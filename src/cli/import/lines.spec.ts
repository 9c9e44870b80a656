import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { splitLines } from './lines.js';

const TEXT = 'one\n\nzwölf\u2028🙂\r\nlast';
const LINES = ['one', '', 'zwölf\u2028🙂\r', 'last'];

async function linesOf(chunks: readonly Buffer[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(Readable.from(chunks))) lines.push(line.toString());
  return lines;
}

describe('splitLines', () => {
  it.each([1, 2, 3, 5, 100])('is the same for chunks of %i bytes', async (size) => {
    const bytes = Buffer.from(TEXT);
    const count = Math.ceil(bytes.length / size);
    const chunks = Array.from({ length: count }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    expect(await linesOf(chunks)).toEqual(LINES);
  });

  it('has no line after the last line feed', async () => {
    expect(await linesOf([Buffer.from('one\ntwo\n')])).toEqual(['one', 'two']);
    expect(await linesOf([])).toEqual([]);
  });

  it('reads no further than it is asked', async () => {
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) yield Buffer.from('line\n');
    }
    for await (const line of splitLines(endless())) {
      expect(line.toString()).toBe('line');
      break;
    }
  });
});
