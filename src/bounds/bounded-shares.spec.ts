import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Owner } from '../domain/owner.js';
import { OverloadedError } from '../http/request.errors.js';
import { BoundedShares, type Release } from './bounded-shares.js';

const [ALICE, BOB, CAROL] = ['alice', 'bob', 'carol'].map((userId): Owner => ({
  tenantId: 't',
  userId,
})) as [Owner, Owner, Owner];

const LIMIT = 8;
const SHARE = 2;

describe('a bound whose slots have owners', () => {
  let now: number;
  let shares: BoundedShares;

  beforeEach(() => {
    now = 0;
    shares = new BoundedShares('streams', LIMIT, 0.25, () => now);
  });

  function acquire(owner: Owner, count: number): Release[] {
    return Array.from({ length: count }, () => shares.acquire(owner));
  }

  it('is the whole of it for an owner who is alone', () => {
    acquire(ALICE, LIMIT);
    expect(() => shares.acquire(ALICE)).toThrow(new OverloadedError('streams'));
  });

  it('gives an owner no more than its share while another one holds a slot', () => {
    const [bobs] = acquire(BOB, 1) as [Release];
    acquire(ALICE, SHARE);
    expect(() => shares.acquire(ALICE)).toThrow(OverloadedError);
    bobs();
    acquire(ALICE, LIMIT - SHARE);
  });

  it('gives what is released to the owner who was refused, and not to the one who had it', () => {
    const [release] = acquire(ALICE, LIMIT) as [Release];
    expect(() => shares.acquire(BOB)).toThrow(OverloadedError);
    release();
    expect(() => shares.acquire(ALICE)).toThrow(OverloadedError);
    shares.acquire(BOB);
    expect(shares.count).toBe(LIMIT);
  });

  it('waits for an owner who was refused for a while only', () => {
    const [release] = acquire(ALICE, LIMIT) as [Release];
    expect(() => shares.acquire(BOB)).toThrow(OverloadedError);
    release();
    now += 10_001;
    shares.acquire(ALICE);
    expect(shares.count).toBe(LIMIT);
  });

  it('remembers another owner who was refused, however often the same one is', () => {
    const [release] = acquire(ALICE, LIMIT) as [Release];
    for (const owner of [BOB, CAROL, CAROL, CAROL]) {
      expect(() => shares.acquire(owner)).toThrow(OverloadedError);
    }
    release();
    shares.acquire(CAROL);
    expect(shares['refused'].map(({ key }) => key)).toHaveLength(2);
  });

  it('counts what cannot be refused any more', () => {
    acquire(ALICE, LIMIT);
    const release = shares.acquireBeyond(BOB);
    expect(shares.count).toBe(LIMIT + 1);
    release();
    expect(() => shares.acquire(BOB)).toThrow(OverloadedError);
  });

  it('leaks nothing, holds no more than its limit, and refuses only for a reason', () => {
    const aStep = fc.record({
      owner: fc.constantFrom(ALICE, BOB, CAROL),
      releases: fc.boolean(),
      waitsMs: fc.constantFrom(0, 20_000),
    });
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 80 }), (steps) => {
        now = 0;
        shares = new BoundedShares('streams', LIMIT, 0.25, () => now);
        const held: { readonly owner: Owner; readonly release: Release }[] = [];
        let wasRefused = false;
        for (const { owner, releases, waitsMs } of steps) {
          now += waitsMs;
          if (waitsMs > 0) wasRefused = false;
          if (releases) {
            const { release } = held.splice(0, 1)[0] ?? { release: () => undefined };
            release();
            release();
            continue;
          }
          const own = held.filter((slot) => slot.owner === owner).length;
          const isAlone = own === held.length && !wasRefused;
          const mayBeRefused = held.length === LIMIT || (own >= SHARE && !isAlone);
          try {
            held.push({ owner, release: shares.acquire(owner) });
            if (own >= SHARE) expect(own === held.length - 1).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(OverloadedError);
            expect(mayBeRefused).toBe(true);
            wasRefused = true;
          }
          expect(shares.count).toBe(held.length);
          expect(held.length).toBeLessThanOrEqual(LIMIT);
        }
        for (const { release } of held) release();
        expect([shares.count, shares['held'].size]).toEqual([0, 0]);
      }),
    );
  });
});
