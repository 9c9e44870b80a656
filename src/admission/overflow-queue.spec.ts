import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OverflowQueue } from './overflow-queue.js';

describe('OverflowQueue', () => {
  let queue: OverflowQueue;
  let entered: number[];
  let refused: number[];
  let room: number;
  let tries: number;
  const fill = (count: number): void => {
    for (let i = 0; i < count; i++) {
      queue.enqueue({
        tryEnter: () => {
          tries++;
          if (room === 0) return false;
          room--;
          entered.push(i);
          return true;
        },
        refuse: () => refused.push(i),
      });
    }
  };
  const numbers = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, i) => from + i);

  beforeEach(() => {
    jest.useFakeTimers();
    queue = new OverflowQueue(
      () => room > 0,
      () => Date.now(),
    );
    [entered, refused] = [[], []];
    room = 0;
    tries = 0;
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('refuses none for 200 milliseconds, and then 16 every ten', () => {
    fill(20);
    jest.advanceTimersByTime(199);
    expect(refused).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(refused).toEqual(numbers(0, 16));
    jest.advanceTimersByTime(10);
    expect(refused).toEqual(numbers(0, 20));
    expect(entered).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('tries every ten milliseconds whether its first requests may enter', () => {
    fill(20);
    jest.advanceTimersByTime(10);
    expect(tries).toBe(16);
    room = 2;
    jest.advanceTimersByTime(10);
    expect(entered).toEqual([0, 1]);
    jest.advanceTimersByTime(180);
    expect(refused).toEqual(numbers(2, 18));
  });

  it('lets as many enter as there is room for, 16 in an iteration of the event loop', () => {
    fill(100);
    room = 40;
    queue.drain();
    queue.drain();
    jest.advanceTimersToNextTimer();
    expect(entered).toEqual(numbers(0, 16));
    jest.advanceTimersToNextTimer();
    jest.advanceTimersToNextTimer();
    expect(entered).toEqual(numbers(0, 40));
    expect(tries).toBe(40);
  });

  it('holds no more than 2,048, and refuses one more at once', () => {
    fill(2_048);
    expect(refused).toHaveLength(0);
    fill(1);
    expect(refused).toHaveLength(1);
  });
});
