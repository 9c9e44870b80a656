import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OverflowQueue } from './overflow-queue.js';

describe('OverflowQueue', () => {
  let queue: OverflowQueue;
  let left: number[];
  let room: number;
  const fill = (count: number): void => {
    for (let i = 0; i < count; i++) {
      queue.enqueue(() => {
        room--;
        left.push(i);
      });
    }
  };

  beforeEach(() => {
    jest.useFakeTimers();
    queue = new OverflowQueue(() => room > 0);
    left = [];
    room = 0;
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('lets 16 leave every ten milliseconds while there is no room', () => {
    fill(20);
    expect(left).toEqual([]);
    jest.advanceTimersByTime(10);
    expect(left).toEqual(Array.from({ length: 16 }, (_, i) => i));
    jest.advanceTimersByTime(10);
    expect(left).toHaveLength(20);
  });

  it('lets as many leave as there is room for, 16 in an iteration of the event loop', () => {
    fill(100);
    room = 40;
    queue.drain();
    queue.drain();
    jest.advanceTimersToNextTimer();
    expect(left).toHaveLength(16);
    jest.advanceTimersToNextTimer();
    jest.advanceTimersToNextTimer();
    expect(left).toEqual(Array.from({ length: 40 }, (_, i) => i));
    room = 1;
    jest.advanceTimersByTime(1);
    expect(left).toHaveLength(40);
    queue.drain();
    jest.advanceTimersByTime(1);
    expect(left).toHaveLength(41);
  });

  it('holds no more than 2,048, and lets one more leave at once', () => {
    fill(2_048);
    expect(left).toHaveLength(0);
    fill(1);
    expect(left).toHaveLength(1);
  });
});
