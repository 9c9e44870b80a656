import { describe, expect, it } from '@jest/globals';
import { ReplicaBarrier } from './replica-barrier.js';

/** WAITs that the test ends. */
class Waits {
  readonly ends: ((count: number) => void)[] = [];
  readonly failures: ((error: Error) => void)[] = [];

  start = (): Promise<number> =>
    new Promise((resolve, reject) => {
      this.ends.push(resolve);
      this.failures.push(reject);
    });
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('ReplicaBarrier', () => {
  it('serves all that came while one WAIT ran by the next one', async () => {
    const waits = new Waits();
    const barrier = new ReplicaBarrier(waits.start);
    const first = barrier.pass();
    await settled();
    const later = [barrier.pass(), barrier.pass(), barrier.pass()];
    await settled();
    expect(waits.ends).toHaveLength(1);
    waits.ends[0]?.(1);
    expect(await first).toBe(1);
    await settled();
    expect(waits.ends).toHaveLength(2);
    waits.ends[1]?.(2);
    expect(await Promise.all(later)).toEqual([2, 2, 2]);
  });

  it('fails the writes of a WAIT that fails, and goes on', async () => {
    const waits = new Waits();
    const barrier = new ReplicaBarrier(waits.start);
    const first = barrier.pass();
    await settled();
    const second = barrier.pass();
    waits.failures[0]?.(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    await settled();
    waits.ends[1]?.(1);
    expect(await second).toBe(1);
  });
});
