import { beforeEach, describe, expect, it } from '@jest/globals';
import { MAX_TURN_EVENTS } from '../domain/turn.js';
import type { Chunk } from './chunk.js';
import { EventBuffer } from './event-buffer.js';
import { InvalidOutputError } from './invalid-output.error.js';

const FINISH: Chunk = { type: 'finish' };

function text(delta: string, id = '1'): Chunk {
  return { type: 'text-delta', id, delta };
}

describe('the events of a turn on their way to the store', () => {
  let buffer: EventBuffer;

  beforeEach(() => {
    buffer = new EventBuffer();
  });

  function sent(events = buffer.batch()): string[] {
    return events.map(({ seq, data }) => {
      const { type, delta = '' } = JSON.parse(data) as { type: string; delta?: string };
      return `${seq} ${type} ${delta}`.trim();
    });
  }

  it('are sent again under the same numbers until the store confirms them', () => {
    buffer.add(text('a'));
    expect(sent()).toEqual(['1 text-delta a']);
    buffer.add(text('b'));
    expect(sent()).toEqual(['1 text-delta a', '2 text-delta b']);
    buffer.confirm();
    buffer.add(text('c'));
    expect(sent()).toEqual(['3 text-delta c']);
  });

  it('join the text of one part, as long as it is unsent', () => {
    for (const chunk of [text('a'), text('b'), text('c', '2'), text('d', '2')]) buffer.add(chunk);
    expect(sent()).toEqual(['1 text-delta ab', '2 text-delta cd']);
    buffer.add(text('e', '2'));
    expect(sent().at(-1)).toBe('3 text-delta e');
  });

  it('end with the last chunks, and with others when the store refused those', () => {
    buffer.add(text('a'));
    buffer.batch();
    buffer.add(text('b'));
    expect(sent(buffer.allWith([FINISH]))).toEqual([
      '1 text-delta a',
      '2 text-delta b',
      '3 finish',
    ]);
    const error: Chunk = { type: 'error' };
    expect(sent(buffer.allWith([error])).at(-1)).toBe('3 error');
  });

  it('leave room for the end of the turn', () => {
    const fill = (): void => {
      for (let i = 0; i <= MAX_TURN_EVENTS; i++) buffer.add({ type: 'data-x', data: i });
    };
    expect(fill).toThrow(InvalidOutputError);
    const events = buffer.allWith(Array.from({ length: 10 }, () => FINISH));
    expect(events.at(-1)?.seq).toBe(MAX_TURN_EVENTS);
  });
});
