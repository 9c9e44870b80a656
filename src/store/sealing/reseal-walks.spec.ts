import { describe, expect, it } from '@jest/globals';
import type { ResealRun } from './reseal-run.js';
import { resealAll, type ResealWalk } from './reseal-walks.js';
import { NO_SEALING } from './sealing.js';

/** A walk that finds so many texts in its passes, one after the other, and nothing in later ones. */
function aWalk(name: string, log: string[], found: number[] = []): ResealWalk {
  return {
    name,
    walk: async (run: ResealRun, from, advance) => {
      log.push(`${name} ${from ?? 'all'}`);
      const count = found.shift() ?? 0;
      run.noteReplaced(count, count);
      advance('1');
    },
  };
}

describe('a reseal', () => {
  const options = { sealing: NO_SEALING, settleMs: 0 };

  it('is over with a whole pass that finds nothing', async () => {
    const log: string[] = [];
    const walks = [aWalk('a', log, [2]), aWalk('b', log, [0, 3])];
    expect(await resealAll(walks, options)).toMatchObject({ outcome: 'done', resealed: 5 });
    expect(log).toEqual(['a all', 'b all', 'a all', 'b all', 'a all', 'b all']);
  });

  it('looks again when it has missed a text, and gives up at some time', async () => {
    let passes = 0;
    const walk: ResealWalk = {
      name: 'a',
      walk: async (run) => {
        passes++;
        run.noteReplaced(1, 0);
      },
    };
    expect(await resealAll([walk], options)).toMatchObject({ outcome: 'unfinished', resealed: 0 });
    expect(passes).toBe(10);
  });

  it('goes on from a position, and looks at the beginning afterwards', async () => {
    const log: string[] = [];
    const walks = [aWalk('a', log), aWalk('b', log)];
    expect(await resealAll(walks, { ...options, from: 'b:7:x' })).toMatchObject({
      outcome: 'done',
    });
    expect(log).toEqual(['b 7:x', 'a all', 'b all']);
    await expect(resealAll(walks, { ...options, from: 'c:7' })).rejects.toThrow('no such position');
  });

  it('stops, and says where', async () => {
    const log: string[] = [];
    const stop = new AbortController();
    const result = await resealAll([aWalk('a', log), aWalk('b', log)], {
      ...options,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(result).toMatchObject({ outcome: 'stopped', position: 'a:1' });
    expect(log).toEqual(['a all']);
  });
});
