import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PendingDelete } from '../../src/store/redis/tier/redis.deletes.js';
import { UNSAVED_TTL_MS } from '../../src/store/redis/tier/unsaved-ttl.js';
import { RedisTierBench, type TierConversation } from '../support/redis-tier.js';

/** Milliseconds that Redis remembers a finished delete. */
const RETENTION_MS = 60_000;

describe('a delete', () => {
  let bench: RedisTierBench;
  let deletes: RedisTierBench['tier']['deletes'];
  let at: TierConversation;

  beforeAll(async () => {
    bench = await RedisTierBench.start();
    ({ deletes } = bench.tier);
  });
  afterAll(() => bench.stop());
  beforeEach(async () => {
    await bench.redis.flushall();
    at = bench.conversation();
  });
  afterEach(async () => {
    expect(await bench.audit()).toMatchObject({ keysWithoutTtl: [], ownersInSeveralSlots: [] });
  });

  function tombstone(): Promise<string | null> {
    return bench.redis.get(at.keys.tombstoneKey);
  }

  async function pendingOne(): Promise<PendingDelete> {
    const [pending, ...others] = await deletes.pending(at.partition);
    expect(others).toEqual([]);
    return pending as PendingDelete;
  }

  async function deletedAt(): Promise<number> {
    return Number(await bench.redis.zscore(at.keys.deletedKey, at.member));
  }

  it('of a conversation in the record alone leaves a tombstone, and ends what fills it', async () => {
    const { owner, id, member } = at;
    await bench.tier.fills.reserve(owner, id, 'a', 60_000);
    expect(await deletes.bury(owner, id, 8)).toEqual({ number: expect.any(Number), buried: 0 });
    expect(await bench.redis.exists(at.keys.fillKey)).toBe(0);
    expect(await bench.tier.fills.reserve(owner, id, 'a', 60_000)).toEqual({
      result: 'deleted',
      revision: 8,
    });
    const pending = { member, owner, id, revision: 8, deletedAt: await deletedAt() };
    expect(await pendingOne()).toEqual(pending);
    expect(await deletes.bury(owner, id, 7)).toEqual({ number: expect.any(Number), buried: 0 });
    expect(await tombstone()).toBe('8');
    expect(await deletes.bury(owner, id, 9)).toEqual({ number: expect.any(Number), buried: 0 });
    expect(await tombstone()).toBe('9');
    await bench.create(['again'], at);
    expect(await bench.snapshotOf(at)).toMatchObject({ revision: 10 });
  });

  it('is left to the store when Redis holds the conversation or a part of it', async () => {
    await bench.create(['x'], at);
    expect(await deletes.bury(at.owner, at.id, 8)).toBe('hot');
    await bench.redis.del(at.keys.conversationKey);
    expect(await deletes.bury(at.owner, at.id, 8)).toBe('hot');
    expect(await tombstone()).toBeNull();
    await bench.store.delete(at.owner, at.id);
    expect(await deletes.bury(at.owner, at.id, 8)).toEqual({
      number: expect.any(Number),
      buried: 0,
    });
  });

  it('is pending until the record has its tombstone', async () => {
    await bench.create(['x'], at);
    await bench.store.delete(at.owner, at.id);
    const pending = await pendingOne();
    expect(pending).toMatchObject({ member: at.member, revision: 2 });
    expect(await deletes.pending(at.partition, pending.deletedAt - 1)).toEqual([]);
    expect(await deletes.pending(at.partition, pending.deletedAt)).toEqual([pending]);
    await deletes.finish(at.owner, [pending], RETENTION_MS);
    expect(await deletes.pending(at.partition)).toEqual([]);
    expect(Math.abs((await deletedAt()) + (await bench.now()))).toBeLessThan(10_000);
    // A second time changes nothing.
    const before = await deletedAt();
    await deletes.finish(at.owner, [pending], RETENTION_MS);
    expect(await deletedAt()).toBe(before);
  });

  it('stays pending when the conversation was created and deleted again meanwhile', async () => {
    await bench.create(['x'], at);
    await bench.store.delete(at.owner, at.id);
    const pending = await pendingOne();
    while ((await bench.now()) === pending.deletedAt);
    await bench.create(['y'], at);
    await bench.store.delete(at.owner, at.id);
    await deletes.finish(at.owner, [pending], RETENTION_MS);
    expect(await pendingOne()).toMatchObject({ revision: 4 });
  });

  it('has no tombstone any more when a later conversation of that id was saved', async () => {
    await deletes.bury(at.owner, at.id, 8);
    await bench.create(['x'], at);
    await bench.save(at);
    expect(await pendingOne()).toMatchObject({ revision: undefined });
  });

  it('is pending again when the record went back', async () => {
    const ids = Array.from({ length: 1_200 }, (_, i) => bench.conversation(at.owner, String(i)));
    await Promise.all(ids.map(({ owner, id }) => deletes.bury(owner, id, 3)));
    await deletes.finish(at.owner, await deletes.pending(at.partition), RETENTION_MS);
    expect(await deletes.pending(at.partition)).toEqual([]);
    await deletes.bury(at.owner, at.id, 5);
    const before = await deletedAt();
    expect(await deletes.reopen(at.partition)).toBe(1_200);
    const pending = await deletes.pending(at.partition);
    expect(pending).toHaveLength(1_201);
    expect(new Set(pending.map(({ revision }) => revision))).toEqual(new Set([3, 5]));
    expect(await deletedAt()).toBe(before);
    expect(await deletes.reopen(at.partition)).toBe(0);
  });

  it('that has been pending for long has its tombstone renewed', async () => {
    await deletes.bury(at.owner, at.id, 8);
    const now = await bench.now();
    await bench.redis.pexpire(at.keys.tombstoneKey, 1_000);
    await deletes.renew(at.partition, now);
    expect(await bench.redis.pttl(at.keys.tombstoneKey)).toBeLessThanOrEqual(1_000);
    await bench.redis.zadd(at.keys.deletedKey, now - UNSAVED_TTL_MS / 2, at.member);
    await deletes.renew(at.partition, now);
    expect(await bench.redis.pttl(at.keys.tombstoneKey)).toBeGreaterThan(UNSAVED_TTL_MS - 10_000);
    expect(await pendingOne()).toMatchObject({ revision: 8 });
  });

  it('leaves the index a while after the record has its tombstone', async () => {
    const other = bench.conversation(at.owner);
    await deletes.bury(at.owner, at.id, 8);
    await deletes.bury(other.owner, other.id, 8);
    const pending = await deletes.pending(at.partition);
    const ofOne = pending.filter(({ id }) => id === at.id);
    await deletes.finish(at.owner, ofOne, RETENTION_MS);
    const sweep = (deleteGraceMs: number): Promise<number> =>
      bench.tier.hot.sweepIndex(at.partition, { cleanGraceMs: 0, deleteGraceMs });
    expect(await sweep(60_000)).toBe(0);
    await bench.redis.zincrby(at.keys.deletedKey, 60_001, at.member);
    expect(await sweep(60_000)).toBe(1);
    expect(await bench.redis.zrange(at.keys.deletedKey, 0, -1)).toEqual([other.member]);
  });
});
