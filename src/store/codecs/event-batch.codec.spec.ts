import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import type { TurnEvent } from '../../domain/turn.js';
import { encodeBatch, pageOfEvents } from './event-batch.codec.js';

/** Events of four bytes. */
function events(from: number, to: number): TurnEvent[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({ seq: from + i, data: '"ü"' }));
}

describe('a page of events', () => {
  const batches = [encodeBatch(events(1, 3)), encodeBatch(events(4, 8))];

  it('has all that is behind a seq, which may lie within a batch', () => {
    for (const after of [0, 1, 3, 5, 8, 9]) {
      const page = pageOfEvents(batches, { after, maxBytes: 1_000 });
      expect(page).toEqual({ events: events(after + 1, 8), isComplete: true });
    }
  });

  it('ends when it has so many bytes, which may be within a batch', () => {
    const page = (maxBytes: number) => pageOfEvents(batches, { after: 1, maxBytes });
    expect(page(1)).toEqual({ events: events(2, 2), isComplete: false });
    expect(page(4)).toEqual({ events: events(2, 2), isComplete: false });
    expect(page(13)).toEqual({ events: events(2, 5), isComplete: false });
    expect(page(25)).toEqual({ events: events(2, 8), isComplete: true });
  });

  it('is not complete when there are batches behind it', () => {
    const page = pageOfEvents(batches, { after: 0, maxBytes: 1_000 }, false);
    expect(page).toEqual({ events: events(1, 8), isComplete: false });
  });

  it('has an event once that several batches have', () => {
    const overlapping = [encodeBatch(events(1, 3)), encodeBatch(events(2, 5))];
    for (const after of [0, 1, 3, 4, 5]) {
      const page = pageOfEvents(overlapping, { after, maxBytes: 1_000 });
      expect(page).toEqual({ events: events(after + 1, 5), isComplete: true });
    }
  });

  it('asks for no batch behind its end', () => {
    const asked: number[] = [];
    const page = pageOfEvents(
      (function* () {
        for (const batch of [encodeBatch(events(1, 3)), ...batches]) {
          asked.push(batch.seq);
          yield batch;
        }
      })(),
      { after: 0, maxBytes: 4 },
    );
    expect(page).toEqual({ events: events(1, 1), isComplete: false });
    expect(asked).toEqual([3]);
  });

  it('does not hold the batch that it was cut from', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const data = Array.from({ length: 64 }, (_, i) => String(i).padEnd(1_024, 'x')).join('\n');
    const page = () => {
      const batch = { seq: 64, data: Buffer.from(data).toString() };
      return pageOfEvents([batch], { after: 0, maxBytes: 1_024 });
    };
    collect();
    const before = process.memoryUsage().heapUsed;
    const pages = Array.from({ length: 200 }, page);
    collect();
    const held = (process.memoryUsage().heapUsed - before) / pages.length;
    expect(held).toBeLessThan(16 * 1_024);
  });

  it('reads what an older process has written: an event a batch', () => {
    const older = events(1, 8);
    const page = pageOfEvents(older.slice(2), { after: 2, maxBytes: 9 });
    expect(page).toEqual({ events: events(3, 5), isComplete: false });
  });
});
