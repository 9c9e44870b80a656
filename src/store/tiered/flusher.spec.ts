import { describe, expect, it } from '@jest/globals';
import { Flusher } from './flusher.js';
import type { PartitionFlush } from './partition-flush.js';

describe('Flusher', () => {
  it('ends in time, though a pass does not', async () => {
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    let end = (): void => undefined;
    const ended = new Promise<ReadonlyMap<number, never>>((resolve) => {
      end = () => resolve(new Map<number, never>());
    });
    const run = () => {
      begin();
      return ended;
    };
    const flusher = new Flusher({ run } as unknown as PartitionFlush, { suspect: () => undefined });
    flusher.start();
    const saved = flusher.save(1, 10);
    await begun;
    await flusher.stop(10);
    end();
    await expect(saved).rejects.toThrow('Not everything could be saved');
  });
});
