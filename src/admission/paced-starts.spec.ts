import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { PacedStarts } from './paced-starts.js';

describe('PacedStarts', () => {
  it('starts 16 in an iteration of the event loop, in the order in which they came', async () => {
    const starts = new PacedStarts();
    const started: number[] = [];
    for (let i = 0; i < 40; i++) starts.start(0, () => started.push(i));
    const counts: number[] = [started.length];
    while (started.length < 40) {
      await nextIteration();
      counts.push(started.length);
      // One that comes in between starts last.
      if (started.length === 32) starts.start(0, () => started.push(40));
    }
    expect(counts).toEqual([16, 32, 41]);
    expect(started).toEqual(Array.from({ length: 41 }, (_, i) => i));
  });

  it('starts one at once although the iteration before started all 16', async () => {
    const starts = new PacedStarts();
    for (let i = 0; i < 16; i++) starts.start(0, () => undefined);
    await nextIteration();
    let hasStarted = false;
    starts.start(0, () => (hasStarted = true));
    expect(hasStarted).toBe(true);
  });

  it('starts one large body in an iteration, and small ones beside it', async () => {
    const starts = new PacedStarts();
    const started: string[] = [];
    for (const name of ['a', 'b', 'c']) starts.start(1_000_000, () => started.push(name));
    starts.start(10, () => started.push('small'));
    expect(started).toEqual(['a', 'small']);
    await nextIteration();
    expect(started).toEqual(['a', 'small', 'b']);
    await nextIteration();
    expect(started).toEqual(['a', 'small', 'b', 'c']);
  });

  it('starts large bodies together up to 256 KiB', async () => {
    const starts = new PacedStarts();
    let count = 0;
    for (let i = 0; i < 6; i++) starts.start(100 * 1024, () => count++);
    expect(count).toBe(3);
    await nextIteration();
    expect(count).toBe(6);
  });
});
