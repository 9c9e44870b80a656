import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from 'conversation-store';
import { RedisFlushes } from '../../src/store/redis/tier/redis.flushes.js';
import { until } from '../support/redis-server.js';
import { RedisTierBench, type TierConversation } from '../support/redis-tier.js';

const LEASE_MS = 60_000;

describe('a flush of a partition', () => {
  let bench: RedisTierBench;
  let flushes: RedisTierBench['tier']['flushes'];
  let of: TierConversation;
  let partition: number;

  beforeAll(async () => {
    bench = await RedisTierBench.start();
    ({ flushes } = bench.tier);
  });
  afterAll(() => bench.stop());
  beforeEach(async () => {
    await bench.redis.flushall();
    of = bench.conversation();
    ({ partition } = of);
  });

  async function raise(token: string): Promise<number | undefined> {
    return (await flushes.raise(partition, token, LEASE_MS))?.number;
  }

  function flushHash(): Promise<Record<string, string>> {
    return bench.redis.hgetall(bench.keys.partition(partition).flushKey);
  }

  /** Three, none in the partition of another. */
  function inOtherPartitions(): TierConversation[] {
    const byPartition = new Map([[partition, of]]);
    while (byPartition.size < 4) {
      const conversation = bench.conversation();
      byPartition.set(
        conversation.partition,
        byPartition.get(conversation.partition) ?? conversation,
      );
    }
    return [...byPartition.values()].slice(1);
  }

  async function hasRunOut(): Promise<boolean> {
    return Number((await flushHash())['until']) <= (await bench.now());
  }

  it('does not begin before the partition has a number, which is 0 at first', async () => {
    expect(await flushes.begin(partition, 'a', LEASE_MS, 9)).toEqual({ result: 'unknown' });
    expect(await raise('a')).toBeUndefined();
    expect(Object.keys(await flushHash()).sort()).toEqual(['token', 'until']);
    // The lease is taken: one process compares the tiers.
    expect(await flushes.begin(partition, 'b', LEASE_MS, 9)).toEqual({ result: 'busy' });
    await flushes.init(partition);
    const begun = { result: 'begun', number: 0, unsaved: [] };
    expect(await flushes.begin(partition, 'a', LEASE_MS, 9)).toEqual(begun);
    expect(await raise('a')).toBe(1);
    await flushes.init(partition);
    expect(await flushes.begin(partition, 'a', LEASE_MS, 9)).toEqual({ ...begun, number: 1 });
  });

  it('lists what is unsaved, the oldest first, and neither what is clean nor what is in quarantine', async () => {
    await flushes.init(partition);
    const { owner } = of;
    const all = [];
    for (let i = 0; i < 5; i++) all.push(await bench.create(['x'], bench.conversation(owner)));
    const [a, clean, b, quarantined, c] = all as [
      TierConversation,
      TierConversation,
      TierConversation,
      TierConversation,
      TierConversation,
    ];
    await bench.save(clean);
    expect(await bench.tier.hot.quarantine(quarantined.member)).toBe(true);
    await bench.redis.zadd(a.keys.hotKey, 30, a.member, 10, b.member, 20, c.member);
    expect(await flushes.begin(partition, 'a', LEASE_MS, 2)).toEqual({
      result: 'begun',
      number: 0,
      unsaved: [
        { member: b.member, since: 10 },
        { member: c.member, since: 20 },
      ],
    });
  });

  it('has a lease: another is busy, and takes it over when it has run out', async () => {
    await flushes.init(partition);
    await flushes.begin(partition, 'a', LEASE_MS, 9);
    expect(await flushes.begin(partition, 'b', LEASE_MS, 9)).toEqual({ result: 'busy' });
    expect(await flushes.begin(partition, 'a', 20, 9)).toMatchObject({ result: 'begun' });
    await until(hasRunOut);
    expect(await flushes.begin(partition, 'b', LEASE_MS, 9)).toMatchObject({ result: 'begun' });
    expect(await raise('a')).toBeUndefined();
    expect(await flushes.end(partition, 'a')).toBe(false);
    expect(await raise('b')).toBe(1);
    expect(await flushes.end(partition, 'b', 1)).toBe(true);
    expect(await flushHash()).toEqual({ number: '1', committed: '1' });
    expect(await flushes.begin(partition, 'a', LEASE_MS, 9)).toMatchObject({ number: 1 });
  });

  it('goes on under a lease that has run out and that nobody has taken: raising renews it', async () => {
    await flushes.init(partition);
    await flushes.begin(partition, 'a', 1, 9);
    await until(hasRunOut);
    expect(await raise('a')).toBe(1);
    expect(await flushes.begin(partition, 'b', LEASE_MS, 9)).toEqual({ result: 'busy' });
  });

  it('stores the committed number also without the lease, and never a lower or an unknown one', async () => {
    await flushes.init(partition);
    await flushes.begin(partition, 'a', LEASE_MS, 9);
    for (const number of [1, 2, 3]) {
      expect(await raise('a')).toBe(number);
    }
    expect(await flushes.end(partition, 'b', 2)).toBe(false);
    expect(await flushHash()).toMatchObject({ token: 'a', committed: '2' });
    expect(await flushes.end(partition, 'a', 1)).toBe(true);
    expect(await flushes.end(partition, 'a', 4)).toBe(false);
    expect(await flushHash()).toEqual({ number: '3', committed: '2' });
    await bench.redis.flushall();
    expect(await flushes.end(partition, 'a', 3)).toBe(false);
    expect(await flushHash()).toEqual({});
  });

  it('of another flusher ends when the partition is recovered, which gives it a higher number', async () => {
    expect(await flushes.setRecovered(partition, 'r', 1_000_000)).toBe(true);
    const { recoveredAt, ...numbers } = await flushHash();
    expect(numbers).toEqual({ number: '1000000', committed: '1000000' });
    expect(Math.abs(Number(recoveredAt) - (await bench.now()))).toBeLessThan(10_000);
    await flushes.begin(partition, 'a', LEASE_MS, 9);
    expect(await flushes.setRecovered(partition, 'a', 2_000_000, { wentBack: 'record' })).toBe(
      true,
    );
    expect(await flushHash()).toMatchObject({ token: 'a', recoveredAt });
    expect(await flushes.setRecovered(partition, 'r', 3_000_000)).toBe(true);
    expect(await raise('a')).toBeUndefined();
    expect(await flushes.setRecovered(partition, 'r', 2_999_999)).toBe(false);
    expect(await flushHash()).toMatchObject({ number: '3000000' });
  });

  it('has a state, of which every partition gives one', async () => {
    const nothing = { unsaved: 0, quarantined: 0, pendingDeletes: 0, now: expect.any(Number) };
    await flushes.setRecovered(partition, 'r', 7);
    const [a, b, deleted] = inOtherPartitions() as [
      TierConversation,
      TierConversation,
      TierConversation,
    ];
    for (const conversation of [a, b, deleted]) await bench.create(['x'], conversation);
    await bench.redis.zadd(a.keys.hotKey, (await bench.now()) - 5_000, a.member);
    await bench.tier.hot.quarantine(b.member);
    await bench.store.delete(deleted.owner, deleted.id);
    const states = await flushes.partitionStates();
    expect(states.map((state) => state.partition)).toEqual([...Array(1_024).keys()]);
    const numbered = { number: 7, committed: 7, recoveredAt: expect.any(Number) };
    expect(states[partition]).toEqual({ partition, ...nothing, ...numbered });
    const { oldestUnsavedMs, ...state } = states[a.partition] ?? {};
    expect(state).toEqual({ partition: a.partition, ...nothing, unsaved: 1 });
    expect(oldestUnsavedMs).toBeGreaterThanOrEqual(5_000);
    expect(oldestUnsavedMs).toBeLessThan(65_000);
    expect(states[b.partition]).toEqual({ partition: b.partition, ...nothing, quarantined: 1 });
    expect(states[deleted.partition]).toMatchObject({ pendingDeletes: 1, unsaved: 0 });
  });

  it('has no state while its node is away, and the others have one', async () => {
    const connection = Object.create(bench.connection) as RedisTierBench['connection'];
    const isAway = (key = ''): boolean => key === bench.keys.partition(partition).flushKey;
    const error = new StoreUnavailableError('away', { mayHaveBeenApplied: false });
    connection.read = async (script, keys, args) => {
      if (isAway(keys[0])) throw error;
      return bench.connection.read(script, keys, args);
    };
    const some = new RedisFlushes(connection, bench.keys);
    const states = await some.partitionStates();
    expect(states).toHaveLength(1_023);
    expect(states.map((state) => state.partition)).not.toContain(partition);
    connection.read = () => Promise.reject(error);
    await expect(some.partitionStates()).rejects.toBe(error);
    connection.read = () => Promise.reject(new TypeError());
    await expect(some.partitionStates()).rejects.toThrow(TypeError);
  });

  it('has a number also when nobody has written for long', async () => {
    await flushes.init(partition);
    const { flushKey } = bench.keys.partition(partition);
    const day = 86_400_000;
    await bench.redis.pexpire(flushKey, 40 * day);
    await bench.tier.hot.sweepIndex(partition, { cleanGraceMs: 0, deleteGraceMs: 0 });
    expect(await bench.redis.pttl(flushKey)).toBeGreaterThan(80 * day);
  });

  it('leaves no key without a deadline', async () => {
    await flushes.setRecovered(partition, 'r', 7);
    await flushes.init(bench.conversation().partition);
    await flushes.begin(partition, 'a', LEASE_MS, 9);
    await flushes.end(partition, 'a', 1);
    expect(await bench.audit()).toMatchObject({ keys: 2, keysWithoutTtl: [] });
  });
});
