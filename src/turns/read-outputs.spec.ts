import { setImmediate as nextIteration } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { InvalidOutputError } from './invalid-output.error.js';
import { readOutputs } from './read-outputs.js';

async function* numbers(): AsyncGenerator<number> {
  for (let i = 1; ; i++) yield i;
}

describe('the outputs of an orchestrator', () => {
  it('end when the signal aborts, though the orchestrator waits for ever', async () => {
    const abort = new AbortController();
    async function* hang(): AsyncGenerator<string> {
      yield 'a';
      await new Promise(() => undefined);
    }
    const seen: unknown[] = [];
    for await (const output of readOutputs(hang(), abort.signal)) {
      seen.push(output);
      setImmediate(() => abort.abort());
    }
    expect(seen).toEqual(['a']);
  });

  it('are none when the signal has aborted before', async () => {
    const outputs = readOutputs(numbers(), AbortSignal.abort());
    expect(await outputs.next()).toMatchObject({ done: true });
  });

  it('leave the event loop free, though the orchestrator never waits', async () => {
    const abort = new AbortController();
    let iterations = 0;
    void (async () => {
      while (iterations < 3) {
        await nextIteration();
        iterations += 1;
      }
      abort.abort();
    })();
    let outputs = 0;
    for await (const output of readOutputs(numbers(), abort.signal)) {
      outputs = Number(output);
      if (outputs > 10_000) break;
    }
    expect([iterations, outputs > 64, outputs < 1_000]).toEqual([3, true, true]);
  });

  it('let the orchestrator clean up when the reader breaks off', async () => {
    let isClean = false;
    async function* careful(): AsyncGenerator<string> {
      try {
        for (;;) yield 'a';
      } finally {
        isClean = true;
      }
    }
    const outputs = readOutputs(careful(), new AbortController().signal);
    await outputs.next();
    await outputs.return(undefined);
    expect(isClean).toBe(true);
  });

  it.each([
    ['nothing', undefined],
    ['a list', ['a']],
    ['a promise', Promise.resolve('a')],
  ])('are refused when the orchestrator returns %s', async (_, answer) => {
    const outputs = readOutputs(answer, new AbortController().signal);
    await expect(outputs.next()).rejects.toThrow(InvalidOutputError);
  });
});
