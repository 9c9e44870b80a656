import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AdmissionQueue } from './admission-queue.js';

describe('AdmissionQueue', () => {
  let retried: number[];
  const fill = (queue: AdmissionQueue, count: number): void => {
    for (let i = 0; i < count; i++) queue.enqueue(() => retried.push(i));
  };

  beforeEach(() => {
    jest.useFakeTimers();
    retried = [];
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('retries the first request when a slot is released', () => {
    const queue = new AdmissionQueue(1);
    fill(queue, 3);
    expect(retried).toEqual([]);
    queue.dequeue();
    queue.dequeue();
    expect(retried).toEqual([0, 1]);
  });

  it('retries 16 every tenth of a second although no slot is released', () => {
    fill(new AdmissionQueue(10), 40);
    jest.advanceTimersByTime(99);
    expect(retried).toHaveLength(0);
    jest.advanceTimersByTime(1);
    expect(retried).toHaveLength(16);
    jest.advanceTimersByTime(200);
    expect(retried).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('retries 16 of the refusal queue every ten milliseconds', () => {
    fill(new AdmissionQueue(1), 4 + 20);
    jest.advanceTimersByTime(10);
    expect(retried).toEqual(Array.from({ length: 16 }, (_, i) => 4 + i));
    jest.advanceTimersByTime(10);
    expect(retried).toHaveLength(20);
  });

  it('holds no more than 2,048 in the refusal queue, and retries one more at once', () => {
    const queue = new AdmissionQueue(0);
    fill(queue, 2_048);
    expect(retried).toHaveLength(0);
    fill(queue, 1);
    expect(retried).toHaveLength(1);
  });
});
