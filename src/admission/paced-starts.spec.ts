import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { PacedStarts } from './paced-starts.js';

describe('PacedStarts', () => {
  it('starts 16 in an iteration of the event loop, in the order in which they came', async () => {
    const starts = new PacedStarts();
    const started: number[] = [];
    for (let i = 0; i < 40; i++) starts.enqueue(() => started.push(i));
    const counts: number[] = [started.length];
    while (started.length < 40) {
      await nextIteration();
      counts.push(started.length);
      // One that comes in between starts last.
      if (started.length === 32) starts.enqueue(() => started.push(40));
    }
    expect(counts).toEqual([16, 32, 41]);
    expect(started).toEqual(Array.from({ length: 41 }, (_, i) => i));
  });

  it('starts one at once although the iteration before started all 16', async () => {
    const starts = new PacedStarts();
    for (let i = 0; i < 16; i++) starts.enqueue(() => undefined);
    await nextIteration();
    let hasStarted = false;
    starts.enqueue(() => (hasStarted = true));
    expect(hasStarted).toBe(true);
  });
});
