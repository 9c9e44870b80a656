import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AutoResetEvent } from './auto-reset-event.js';

const WAIT_MS = 1_000;

describe('an auto-reset event', () => {
  let event: AutoResetEvent;
  let ended: number;

  beforeEach(() => {
    jest.useFakeTimers();
    event = new AutoResetEvent();
    ended = 0;
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Begins a wait, and lets everything happen that needs no time. */
  async function wait(): Promise<void> {
    void event.wait(WAIT_MS).then(() => (ended += 1));
    await jest.advanceTimersByTimeAsync(0);
  }

  it('ends the wait that is running, and leaves no timer behind', async () => {
    await wait();
    expect(ended).toBe(0);
    event.set();
    await jest.advanceTimersByTimeAsync(0);
    expect([ended, jest.getTimerCount()]).toEqual([1, 0]);
  });

  it('ends the next wait when it was set before', async () => {
    event.set();
    await wait();
    expect(ended).toBe(1);
  });

  it('ends one wait only, however often it was set', async () => {
    event.set();
    event.set();
    await wait();
    await wait();
    expect(ended).toBe(1);
  });

  it('ends a wait after its time, and the next wait is a whole one', async () => {
    await wait();
    await jest.advanceTimersByTimeAsync(WAIT_MS);
    expect(ended).toBe(1);
    await wait();
    await jest.advanceTimersByTimeAsync(WAIT_MS - 1);
    expect(ended).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(ended).toBe(2);
  });
});
