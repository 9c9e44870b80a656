import { describe, expect, it } from '@jest/globals';
import { toBatches } from './message-batches.js';

function batchesOf(messages: readonly unknown[], start?: number): [number, number][] {
  const batches = [...toBatches({ messages, places: new Map() }, start)];
  expect(batches.flatMap((batch) => batch.messages)).toEqual(messages.slice(start));
  return batches.map((batch) => [batch.start, batch.messages.length]);
}

const small = (count: number): unknown[] => Array.from({ length: count }, (_, i) => ({ i }));

describe('toBatches', () => {
  it.each<[number, [number, number][]]>([
    [0, []],
    [1, [[0, 1]]],
    [100, [[0, 100]]],
    [
      101,
      [
        [0, 100],
        [100, 1],
      ],
    ],
    [
      250,
      [
        [0, 100],
        [100, 100],
        [200, 50],
      ],
    ],
  ])('puts %i messages in batches of up to a hundred', (count, batches) => {
    expect(batchesOf(small(count))).toEqual(batches);
  });

  it('begins a batch where a branch begins', () => {
    const places = new Map([[2, { parentSeq: 1 }]]);
    const batches = [...toBatches({ messages: small(4), places })];
    expect(batches.map(({ start, messages, place }) => [start, messages.length, place])).toEqual([
      [0, 2, undefined],
      [2, 2, { parentSeq: 1 }],
    ]);
  });

  it('begins where it is told', () => {
    expect(batchesOf(small(250), 120)).toEqual([
      [120, 100],
      [220, 30],
    ]);
    expect(batchesOf(small(3), 3)).toEqual([]);
  });

  it('limits a batch to half a MiB of UTF-8', () => {
    const messages = Array.from({ length: 30 }, () => ({ content: 'ä'.repeat(30_000) }));
    const batches = [...toBatches({ messages, places: new Map() })];
    expect(batchesOf(messages)).toHaveLength(4);
    for (const batch of batches) {
      expect(Buffer.byteLength(JSON.stringify(batch.messages))).toBeLessThanOrEqual(512 * 1024);
    }
  });

  it('limits a batch to the values that a body may have', () => {
    const list = { parts: [{ type: 'x', data: Array.from({ length: 15_000 }, () => 0) }] };
    expect(batchesOf([list, list, list])).toEqual([
      [0, 2],
      [2, 1],
    ]);
  });

  it('sends alone what is too large for any batch', () => {
    const huge = { content: 'x'.repeat(2 * 1024 * 1024) };
    expect(batchesOf([huge])).toEqual([[0, 1]]);
    expect(batchesOf([{}, huge, {}, {}])).toEqual([
      [0, 1],
      [1, 1],
      [2, 2],
    ]);
  });
});
