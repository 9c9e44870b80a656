import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FairSlots, type FairSlotsOptions } from './fair-slots.js';
import type { Share, Waiter } from './shares.js';

const DEFAULTS = { slots: 4, slotsPerOwner: 2, positionsPerSlot: 4, waitMs: 1_000 };

let log: string[];

beforeEach(() => {
  jest.useFakeTimers();
  log = [];
});
afterEach(() => {
  jest.useRealTimers();
});

function slotsOf(options: Partial<FairSlotsOptions> = {}): FairSlots {
  return new FairSlots({ ...DEFAULTS, clock: () => Date.now(), ...options });
}

function waiterNamed(name: string, isGone = false): Waiter {
  return {
    since: 0,
    isGone,
    start: () => log.push(`${name} starts`),
    refuse: () => log.push(`${name} refused`),
  };
}

/** An owner of a tenant, and what it asks for. */
class Asker {
  readonly share: Share;
  private count = 0;

  constructor(
    private readonly slots: FairSlots,
    readonly userId: string,
    tenantId = 'contoso',
  ) {
    this.share = slots.shareOf({ tenantId, userId });
  }

  /** Requests one after the other: how many found a slot at once. The others wait, or are refused. */
  ask(count: number): number {
    let acquired = 0;
    for (let i = 0; i < count; i++) {
      const name = `${this.userId}${++this.count}`;
      if (this.slots.tryAcquire(this.share)) acquired++;
      else if (!this.slots.enqueue(this.share, waiterNamed(name))) log.push(`${name} refused`);
    }
    return acquired;
  }

  release(count = 1): void {
    for (let i = 0; i < count; i++) this.slots.release(this.share);
  }
}

describe('an owner alone', () => {
  it('may hold all slots and all positions of the queue', () => {
    const slots = slotsOf();
    const ada = new Asker(slots, 'a');
    expect(ada.ask(4 + 16)).toBe(4);
    expect(log).toEqual([]);
    expect(slots.isFullFor(ada.share)).toBe(true);
    // These may have found a position before their bodies came.
    ada.ask(4);
    expect(log).toEqual([]);
    ada.ask(1);
    expect(log).toEqual(['a25 refused']);
  });

  it('is served in the order in which it asked', () => {
    const ada = new Asker(slotsOf({ slots: 1 }), 'a');
    ada.ask(3);
    ada.release();
    ada.release();
    expect(log).toEqual(['a2 starts', 'a3 starts']);
  });
});

describe('while others ask', () => {
  it('an owner holds its share, and more of its requests wait in its own queue', () => {
    const slots = slotsOf();
    const [ada, bob] = [new Asker(slots, 'a'), new Asker(slots, 'b')];
    bob.ask(1);
    bob.release();
    expect(ada.ask(3)).toBe(2);
    expect(bob.ask(1)).toBe(1);
    ada.release();
    expect(log).toEqual(['a3 starts']);
  });

  it('an owner has all slots again a second after the others have asked last', () => {
    const slots = slotsOf();
    const [ada, bob] = [new Asker(slots, 'a'), new Asker(slots, 'b')];
    bob.ask(1);
    bob.release();
    jest.advanceTimersByTime(999);
    expect(ada.ask(3)).toBe(2);
    jest.advanceTimersByTime(101);
    expect(log).toEqual(['a3 starts']);
  });

  it('a tenant holds half of the slots, however many its users are', () => {
    const slots = slotsOf();
    const other = new Asker(slots, 'z', 'fabrikam');
    other.ask(1);
    other.release();
    const users = ['a', 'b', 'c', 'd'].map((userId) => new Asker(slots, userId));
    expect(users.map((user) => user.ask(1))).toEqual([1, 1, 0, 0]);
    expect(other.ask(1)).toBe(1);
  });

  it('an owner has its share of the positions', () => {
    const slots = slotsOf();
    const [ada, bob] = [new Asker(slots, 'a'), new Asker(slots, 'b')];
    ada.ask(4);
    bob.ask(1);
    ada.ask(8 + 1);
    expect(log).toEqual(['a13 refused']);
  });
});

describe('a released slot', () => {
  it('goes to the owners in turn', () => {
    const slots = slotsOf({ slots: 2 });
    const [ada, bob, cyd] = ['a', 'b', 'c'].map((userId) => new Asker(slots, userId)) as [
      Asker,
      Asker,
      Asker,
    ];
    ada.ask(2 + 3);
    bob.ask(1);
    cyd.ask(2);
    for (const holder of [ada, ada, bob, cyd, ada, cyd]) holder.release();
    expect(log).toEqual(['a3', 'b1', 'c1', 'a4', 'c2', 'a5'].map((name) => `${name} starts`));
  });

  it('goes to the tenants in turn, however many users one of them has', () => {
    const slots = slotsOf();
    const holder = new Asker(slots, 'y', 'adatum');
    holder.ask(4);
    for (const userId of ['a', 'b', 'c']) new Asker(slots, userId).ask(1);
    new Asker(slots, 'z', 'fabrikam').ask(2);
    holder.release(4);
    expect(log).toEqual(['a1', 'z1', 'b1', 'z2'].map((name) => `${name} starts`));
  });

  it('passes over a request whose client has left', () => {
    const slots = slotsOf({ slots: 1 });
    const [ada, bob] = [new Asker(slots, 'a'), new Asker(slots, 'b')];
    ada.ask(1);
    slots.enqueue(ada.share, waiterNamed('gone', true));
    ada.ask(1);
    bob.ask(1);
    ada.release();
    expect(log).toEqual(['a2 starts']);
  });
});

describe('a full queue', () => {
  it('takes a request of an owner with few of them, in place of the latest of the longest', () => {
    const slots = slotsOf();
    const [ada, bob] = [new Asker(slots, 'a'), new Asker(slots, 'b')];
    ada.ask(4 + 16);
    expect(bob.ask(1)).toBe(0);
    expect(log).toEqual(['a20 refused']);
    ada.release();
    expect(log.slice(1)).toEqual(['b1 starts']);
  });

  it('takes one of a tenant with few, in place of one of the tenant with the most', () => {
    const slots = slotsOf();
    const users = Array.from({ length: 20 }, (_, i) => new Asker(slots, `u${i}-`));
    for (const user of users) user.ask(1);
    const other = new Asker(slots, 'z', 'fabrikam');
    other.ask(1);
    expect(log).toEqual([expect.stringMatching(/^u\d+-1 refused$/)]);
    users[0]?.release();
    users[1]?.release();
    expect(log).toContain('z1 starts');
  });
});

describe('a full queue of two owners', () => {
  it('takes no request in place of another while they have much the same', () => {
    const slots = slotsOf();
    const [ada, bob] = [new Asker(slots, 'a'), new Asker(slots, 'b')];
    ada.ask(4 + 9);
    bob.ask(6);
    expect(slots.isFullFor(bob.share)).toBe(false);
    bob.ask(1);
    expect(slots.isFullFor(bob.share)).toBe(true);
    expect(log).toEqual([]);
  });
});

describe('a full queue of owners with one request each', () => {
  it('takes no request in place of another', () => {
    const slots = slotsOf();
    const users = Array.from({ length: 4 + 16 }, (_, i) => new Asker(slots, `u${i}-`));
    for (const user of users) user.ask(1);
    const late = new Asker(slots, 'late');
    expect(slots.isFullFor(late.share)).toBe(true);
    late.ask(4 + 1);
    expect(log).toEqual(['late5 refused']);
  });
});

describe('a request that finds no slot', () => {
  it('is refused after its time, at most 16 at once', () => {
    const slots = slotsOf({ slots: 8, slotsPerOwner: 8 });
    const ada = new Asker(slots, 'a');
    ada.ask(8 + 20);
    jest.advanceTimersByTime(999);
    expect(log).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(log).toHaveLength(16);
    jest.advanceTimersByTime(10);
    expect(log).toHaveLength(20);
    expect([log[0], slots.hasWaiters]).toEqual(['a9 refused', false]);
    ada.release(8);
    expect(ada.ask(8)).toBe(8);
  });
});
