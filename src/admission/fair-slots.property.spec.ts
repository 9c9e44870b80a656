import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { FairSlots } from './fair-slots.js';
import type { Share, Waiter } from './shares.js';

const SLOTS = 6;
const PER_OWNER = 2;
const PER_TENANT = 3;
const OPTIONS = { slots: SLOTS, slotsPerOwner: PER_OWNER, waitMs: 500, clock: () => Date.now() };

type Step =
  | { readonly kind: 'ask' | 'release'; readonly owner: number; readonly count: number }
  | { readonly kind: 'leave'; readonly owner: number }
  | { readonly kind: 'wait'; readonly ms: number };

const OWNERS = 7;
const owner = fc.nat(OWNERS - 1);
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('ask' as const), owner, count: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ kind: fc.constant('release' as const), owner, count: fc.constant(1) }),
    fc.record({ kind: fc.constant('release' as const), owner, count: fc.constant(2) }),
    fc.record({ kind: fc.constant('leave' as const), owner }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 100, 600, 1_100) }),
  ),
  { minLength: 20, maxLength: 80 },
);

/** Owners of three tenants; one tenant has most of them. Checks who is served before whom. */
class World {
  readonly slots = new FairSlots(OPTIONS);
  readonly shares = Array.from({ length: OWNERS }, (_, i) =>
    this.slots.shareOf({ tenantId: `t${i < 4 ? 0 : i % 3}`, userId: `u${i}` }),
  );
  /** Whom the first waiting request of an owner has been behind since the owner was within its shares. */
  private readonly passed = new Map<Share, Share[]>();
  private readonly left = new Set<Waiter>();

  run(step: Step): void {
    if (step.kind === 'wait') {
      jest.advanceTimersByTime(step.ms);
    } else {
      const share = this.shares[step.owner] as Share;
      if (step.kind === 'ask') this.ask(share, step.count);
      else if (step.kind === 'release') this.release(share, step.count);
      else this.leave(share);
    }
    this.trackOwners();
  }

  release(share: Share, count: number): void {
    for (let i = 0; i < count && share.held > 0; i++) {
      this.slots.release(share);
      this.trackOwners();
    }
  }

  get held(): number {
    return this.shares.reduce((sum, { held }) => sum + held, 0);
  }

  private ask(share: Share, count: number): void {
    for (let i = 0; i < count; i++) {
      if (!this.slots.tryAcquire(share)) this.slots.enqueue(share, this.waiterOf(share));
      expect(this.held).toBeLessThanOrEqual(SLOTS);
      this.trackOwners();
    }
  }

  private leave({ waiters }: Share): void {
    const [first] = waiters;
    if (first) this.left.add(first);
  }

  private waiterOf(share: Share): Waiter {
    const { left } = this;
    const waiter: Waiter = {
      since: 0,
      get isGone(): boolean {
        return left.has(waiter);
      },
      start: () => this.onStart(share),
      refuse: () => undefined,
    };
    return waiter;
  }

  private onStart(started: Share): void {
    expect(this.held).toBeLessThanOrEqual(SLOTS);
    this.passed.delete(started);
    for (const [share, before] of this.passed) {
      before.push(started);
      const ofTenant = (served: Share): boolean => served.tenant === share.tenant;
      if (ofTenant(started)) {
        expect(before.filter((served) => served === started)).toHaveLength(1);
      } else {
        const ofOther = before.filter(({ tenant }) => tenant === started.tenant).length;
        expect(ofOther).toBeLessThanOrEqual(1 + before.filter(ofTenant).length);
      }
    }
    this.trackOwners();
  }

  /** An owner is tracked for as long as it waits and is within its shares. */
  private trackOwners(): void {
    for (const share of this.shares) {
      const isWithin = share.held < PER_OWNER && share.tenant.held < PER_TENANT;
      const waits = share.waiters.some((waiter) => !this.left.has(waiter));
      if (!waits || !isWithin) this.passed.delete(share);
      else if (!this.passed.has(share)) this.passed.set(share, []);
    }
  }
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

it('an owner within its share is behind at most one request of each other, and nothing stays counted', () => {
  fc.assert(
    fc.property(steps, (mix) => {
      const world = new World();
      for (const step of mix) world.run(step);
      // Everything ends: what waits starts and is released, or is refused in its time.
      for (let i = 0; i < 20; i++) {
        for (const share of world.shares) world.release(share, SLOTS);
        jest.advanceTimersByTime(100);
      }
      expect([world.held, world.slots.hasWaiters]).toEqual([0, false]);
      expect(world.shares.map(({ tenant }) => [tenant.held, tenant.waiting])).toEqual(
        world.shares.map(() => [0, 0]),
      );
      const [alone] = world.shares as [Share];
      for (let i = 0; i < SLOTS; i++) expect(world.slots.tryAcquire(alone)).toBe(true);
      expect(world.slots.tryAcquire(alone)).toBe(false);
      jest.clearAllTimers();
    }),
    { numRuns: 300, seed: 20_250_101 },
  );
});
