import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OverflowQueue } from './overflow-queue.js';
import { Shares } from './shares.js';

let queue: OverflowQueue;
let entered: string[];
let refused: string[];
/** How many requests of each user may still enter. */
let room: Record<string, number>;

function userNamed(userId: string): (count: number) => void {
  const share = new Shares().of({ tenantId: 'contoso', userId });
  let sent = 0;
  return (count) => {
    for (let i = 0; i < count; i++) {
      const name = `${userId}${++sent}`;
      queue.enqueue(share, {
        tryEnter: () => {
          const left = room[userId] ?? 0;
          if (left === 0) return false;
          room[userId] = left - 1;
          entered.push(name);
          return true;
        },
        refuse: () => refused.push(name),
      });
    }
  };
}

function names(userId: string, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `${userId}${from + i}`);
}

beforeEach(() => {
  jest.useFakeTimers();
  queue = new OverflowQueue({ waitMs: 1_000, clock: () => Date.now() });
  [entered, refused, room] = [[], [], {}];
});
afterEach(() => {
  jest.useRealTimers();
});

describe('while there is no room', () => {
  it('none is refused for a second, and then 16 every ten milliseconds', () => {
    userNamed('a')(20);
    jest.advanceTimersByTime(999);
    expect(refused).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(refused).toEqual(names('a', 1, 16));
    jest.advanceTimersByTime(10);
    expect(refused).toEqual(names('a', 1, 20));
    expect(entered).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('none is refused for 200 milliseconds while more than 512 wait', () => {
    userNamed('a')(530);
    jest.advanceTimersByTime(199);
    expect(refused).toEqual([]);
    jest.advanceTimersByTime(11);
    expect(refused).toEqual(names('a', 1, 32));
    jest.advanceTimersByTime(100);
    expect(refused).toHaveLength(32);
  });

  it('none waits longer than requests wait for a slot', () => {
    queue = new OverflowQueue({ waitMs: 50, clock: () => Date.now() });
    userNamed('a')(1);
    jest.advanceTimersByTime(50);
    expect(refused).toEqual(['a1']);
  });

  it('one that may enter does within ten milliseconds, and in the order in which its owner asked', () => {
    userNamed('a')(3);
    room = { a: 2 };
    jest.advanceTimersByTime(10);
    expect(entered).toEqual(['a1', 'a2']);
  });
});

describe('when a slot is free', () => {
  it('as many enter as may, 16 in an iteration of the event loop', () => {
    userNamed('a')(100);
    room = { a: 40 };
    queue.drain();
    queue.drain();
    jest.advanceTimersToNextTimer();
    expect(entered).toEqual(names('a', 1, 16));
    for (let i = 0; i < 4; i++) jest.advanceTimersToNextTimer();
    expect(entered).toEqual(names('a', 1, 40));
    expect(refused).toEqual([]);
  });

  it('the owners enter in turn, and one that may not holds up no other', () => {
    const [ada, bob, cyd] = [userNamed('a'), userNamed('b'), userNamed('c')];
    ada(1_000);
    bob(2);
    cyd(2);
    room = { b: 2, c: 2 };
    queue.drain();
    jest.advanceTimersToNextTimer();
    expect(entered).toEqual(['b1', 'c1', 'b2', 'c2']);
  });
});

describe('a full queue', () => {
  it('refuses the latest of the owner with the most for one of another', () => {
    const [ada, bob] = [userNamed('a'), userNamed('b')];
    ada(1_024);
    bob(1);
    expect(refused).toEqual(['a1024']);
    room = { b: 1 };
    jest.advanceTimersByTime(10);
    expect(entered).toEqual(['b1']);
  });

  it('refuses one more of the owner with the most', () => {
    userNamed('a')(1_025);
    expect(refused).toEqual(['a1025']);
  });
});
