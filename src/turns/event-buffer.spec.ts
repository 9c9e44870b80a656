import { beforeEach, describe, expect, it } from '@jest/globals';
import { MAX_TURN_BYTES } from '../domain/turn.js';
import type { Chunk } from './chunk.js';
import { EventBuffer } from './event-buffer.js';
import { InvalidOutputError } from './invalid-output.error.js';

const FINISH: Chunk = { type: 'finish' };

function text(delta: string, id = '1'): Chunk {
  return { type: 'text-delta', id, delta };
}

describe('the events of a turn that runs here', () => {
  let buffer: EventBuffer;

  beforeEach(() => {
    buffer = new EventBuffer();
  });

  function shown(events: ReturnType<EventBuffer['behind']>): string[] | undefined {
    return events?.map(({ seq, data }) => {
      const { type, delta = '' } = JSON.parse(data) as { type: string; delta?: string };
      return `${seq} ${type} ${delta}`.trim();
    });
  }

  function sendAll(): number[] {
    const counts: number[] = [];
    while (buffer.pendingLength > 0) {
      const batch = buffer.batch();
      counts.push(batch.length);
      buffer.confirm(batch);
    }
    return counts;
  }

  it('are sent again under the same numbers until the store confirms them', () => {
    buffer.add(text('a'));
    expect(shown(buffer.batch())).toEqual(['1 text-delta a']);
    buffer.add(text('b'));
    const batch = buffer.batch();
    expect(shown(batch)).toEqual(['1 text-delta a', '2 text-delta b']);
    buffer.add(text('c'));
    buffer.confirm(batch);
    expect(shown(buffer.batch())).toEqual(['3 text-delta c']);
  });

  it('end with the last chunks, and with others when the store refused those', () => {
    buffer.add(text('a'));
    expect(shown(buffer.allWith([FINISH]))).toEqual(['1 text-delta a', '2 finish']);
    const error = buffer.allWith([{ type: 'error' }]);
    expect(shown(error)).toEqual(['1 text-delta a', '2 error']);
    // Nobody here has seen an end that the store has refused.
    expect(shown(buffer.behind(0))).toEqual(['1 text-delta a']);
    buffer.conclude(error);
    expect(shown(buffer.behind(0))).toEqual(['1 text-delta a', '2 error']);
    expect([buffer.lastSeq, buffer.pendingLength]).toEqual([2, 0]);
  });

  it('are sent in batches that a store works on at once', () => {
    for (let i = 0; i < 100; i++) buffer.add(text('x'.repeat(2_000)));
    buffer.add(text('x'.repeat(200_000)));
    buffer.add(text('y'));
    expect(buffer.isLong).toBe(true);
    const counts = sendAll();
    expect(counts.slice(0, 3)).toEqual([32, 32, 32]);
    expect(counts.slice(3)).toEqual([4, 1, 1]);
    expect(buffer.isLong).toBe(false);
  });

  it('are held until the store has them, and only the latest of them after that', () => {
    for (let i = 0; i < 100; i++) buffer.add(text('x'.repeat(1_000)));
    for (let after = 0; after < 100; after++) {
      expect(buffer.behind(after)?.[0]?.seq).toBe(after + 1);
    }
    expect(buffer.behind(0)?.length).toBeLessThan(20);
    expect(buffer.behind(100)).toBeUndefined();
    sendAll();
    const firstHeld = Array.from({ length: 100 }, (_, i) => i).find((i) => buffer.behind(i)) ?? 0;
    expect(firstHeld).toBeGreaterThan(60);
    expect(firstHeld).toBeLessThan(80);
    for (let after = firstHeld; after < 100; after++) {
      expect(buffer.behind(after)?.[0]?.seq).toBe(after + 1);
    }
    expect(buffer.behind(99)?.map(({ seq }) => seq)).toEqual([100]);
  });

  it('leave room for the end of the turn', () => {
    const chunk = { type: 'data-x', data: 'x'.repeat(1_000) };
    const fill = (): void => {
      for (let i = 0; i <= MAX_TURN_BYTES / 1_000; i++) buffer.add(chunk);
    };
    expect(fill).toThrow(InvalidOutputError);
    const events = buffer.allWith(Array.from({ length: 50 }, () => chunk));
    const bytes = events.reduce((sum, { data }) => sum + data.length, 0);
    expect(bytes).toBeLessThan(MAX_TURN_BYTES);
    expect(bytes).toBeGreaterThan(MAX_TURN_BYTES * 0.99);
  });
});
