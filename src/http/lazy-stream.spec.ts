import { finished } from 'node:stream/promises';
import { describe, expect, it } from '@jest/globals';
import { lazyStream } from './lazy-stream.js';

describe('a lazy stream', () => {
  it('has all pieces in order', async () => {
    expect(await lazyStream(pieces('a', 'b', 'c')).toArray()).toEqual(['a', 'b', 'c']);
    expect(await lazyStream(pieces()).toArray()).toEqual([]);
  });

  it('fails where its source fails', async () => {
    async function* failing(): AsyncGenerator<string> {
      yield 'a';
      throw new Error('no more');
    }
    const stream = lazyStream(failing());
    await expect(stream.toArray()).rejects.toThrow('no more');
  });

  it('ends its source when it is destroyed', async () => {
    let hasEnded = false;
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) yield 'a';
      } finally {
        hasEnded = true;
      }
    }
    const stream = lazyStream(endless());
    for await (const piece of stream) {
      expect(piece).toBe('a');
      break;
    }
    await finished(stream).catch(() => undefined);
    expect(hasEnded).toBe(true);
  });
});

async function* pieces(...all: string[]): AsyncGenerator<string> {
  yield* all;
}
