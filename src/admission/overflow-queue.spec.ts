import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RefusalQueue } from './refusal-queue.js';

describe('RefusalQueue', () => {
  let queue: RefusalQueue;
  let refused: number[];
  const fill = (count: number): void => {
    for (let i = 0; i < count; i++) queue.enqueue(() => refused.push(i));
  };

  beforeEach(() => {
    jest.useFakeTimers();
    queue = new RefusalQueue();
    refused = [];
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('refuses 16 every ten milliseconds', () => {
    fill(20);
    expect(refused).toEqual([]);
    jest.advanceTimersByTime(10);
    expect(refused).toEqual(Array.from({ length: 16 }, (_, i) => i));
    jest.advanceTimersByTime(10);
    expect(refused).toHaveLength(20);
  });

  it('holds no more than 2,048, and refuses one more at once', () => {
    fill(2_048);
    expect(refused).toHaveLength(0);
    fill(1);
    expect(refused).toHaveLength(1);
  });
});
