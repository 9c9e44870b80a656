import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { NewTurn } from 'conversation-store';
import type { SettleOptions } from '../../src/store/redis/tier/redis.hot-conversations.js';
import {
  aMessage,
  RedisTierBench,
  RESIDENCY_MS,
  RETENTION_MS,
  SETTLED,
  type TierConversation,
} from '../support/redis-tier.js';

describe('a conversation that was saved', () => {
  let bench: RedisTierBench;
  beforeAll(async () => {
    bench = await RedisTierBench.start();
  });
  afterAll(() => bench.stop());
  afterEach(async () => {
    expect((await bench.audit()).keysWithoutTtl).toEqual([]);
  });

  async function settle(at: TierConversation, options: SettleOptions = SETTLED): Promise<string> {
    return bench.tier.hot.settle(await bench.snapshotOf(at), options);
  }

  async function fieldsOf({ keys }: TierConversation): Promise<Record<string, string>> {
    return bench.redis.hgetall(keys.conversationKey);
  }

  async function expectClean(at: TierConversation, lifeMs: number): Promise<void> {
    const life = await bench.lifeOf(at);
    expect(life).toBeLessThanOrEqual(lifeMs);
    expect(life).toBeGreaterThan(lifeMs - 10_000);
    const deadline = Number(await bench.redis.call('PEXPIRETIME', at.keys.conversationKey));
    expect(await bench.scoreOf(at)).toBe(-deadline);
    expect(await bench.redis.zscore(at.keys.expiriesKey, at.id)).toBe(String(deadline));
  }

  async function expectUnsaved(at: TierConversation): Promise<void> {
    expect(await bench.scoreOf(at)).toBeGreaterThan(0);
    expect(await bench.lifeOf(at)).toBeGreaterThan(RETENTION_MS - 10_000);
  }

  const claim = () => ({ idempotency: { key: randomUUID(), requestHash: 'h'.repeat(22) } });

  function aTurn(leaseMs: number): NewTurn {
    return { id: randomUUID(), input: { message: aMessage('q') }, leaseMs, onConflict: 'enqueue' };
  }

  it('is clean, and leaves Redis after the residency', async () => {
    const at = bench.conversation();
    await bench.store.create(at.owner, { id: at.id, metadata: {}, messages: [] }, claim());
    await bench.store.putState(at.owner, at.id, 1, 0);
    await expectUnsaved(at);
    expect(await bench.redis.smembers(at.keys.unsavedKey)).toEqual([at.id]);
    expect(await settle(at)).toBe('clean');
    await expectClean(at, RESIDENCY_MS);
    expect(await fieldsOf(at)).toMatchObject({ saved: '2', savedCount: '0', savedState: '1' });
    const left = [at.keys.unsavedKey, at.keys.unsavedRecordsKey];
    expect(await bench.redis.exists(...left)).toBe(0);
    expect(await settle(at)).toBe('clean');
  });

  it('leaves Redis when it expires, if that is earlier', async () => {
    const at = await bench.create();
    expect(await settle(at, { ...SETTLED, residencyMs: 10 * RETENTION_MS })).toBe('clean');
    await expectClean(at, RETENTION_MS);
  });

  it('has a mark also when the index of the marks was lost', async () => {
    const at = await bench.create();
    const earlier = await bench.snapshotOf(at);
    await bench.store.beginTurn(at.owner, at.id, aTurn(60_000));
    const settles = [
      [earlier, 'changed'],
      [await bench.snapshotOf(at), 'pinned'],
      [await bench.snapshotOf(at), 'clean'],
    ] as const;
    for (const [snapshot, result] of settles) {
      await bench.redis.del(at.keys.hotKey);
      if (result === 'clean') await bench.redis.del(at.keys.turnKey);
      expect(await bench.tier.hot.settle(snapshot, SETTLED)).toBe(result);
      expect(await bench.redis.pttl(at.keys.hotKey)).toBeGreaterThan(RETENTION_MS);
    }
    await expectClean(at, RESIDENCY_MS);
  });

  it.each<[string, (at: TierConversation) => Promise<unknown>]>([
    ['an append', (at) => bench.append(at, 'more')],
    ['an access', ({ owner, id }) => bench.store.touch(owner, id)],
    ['a change', ({ owner, id }) => bench.store.update(owner, id, { title: 'x' })],
    ['a state', ({ owner, id }) => bench.store.putState(owner, id, 1, 0)],
    ['a turn', ({ owner, id }) => bench.store.beginTurn(owner, id, aTurn(60_000))],
  ])('is unsaved again by %s, and stays as long as it exists', async (_, write) => {
    const at = await bench.create();
    await settle(at);
    await write(at);
    await expectUnsaved(at);
  });

  it('stays unsaved when it was written since, and is not saved once more', async () => {
    const at = await bench.create(['a']);
    const snapshot = await bench.snapshotOf(at);
    await bench.append(at, 'b');
    await bench.redis.zadd(at.keys.hotKey, 1, at.member);
    expect(await bench.tier.hot.settle(snapshot, SETTLED)).toBe('changed');
    await expectUnsaved(at);
    // Its oldest unsaved change came behind the snapshot.
    expect(await bench.scoreOf(at)).toBeGreaterThan((await bench.now()) - 10_000);
    expect(await fieldsOf(at)).toMatchObject({ revision: '2', saved: '1', savedCount: '1' });
    expect(await bench.redis.exists(at.keys.unsavedKey)).toBe(0);
  });

  it('retains an idempotency record that was changed since', async () => {
    const at = await bench.create();
    const options = claim();
    const turn = { ...aTurn(60_000), ...options };
    await bench.store.beginTurn(at.owner, at.id, turn);
    const snapshot = await bench.snapshotOf(at);
    expect(snapshot.records).toHaveLength(1);
    const ref = { owner: at.owner, conversationId: at.id, turnId: turn.id };
    await bench.store.endTurn(ref, { end: 'completed', replies: [], events: [], ...options });
    expect(await bench.tier.hot.settle(snapshot, SETTLED)).toBe('changed');
    const { records } = await bench.snapshotOf(at);
    expect(records.map(({ record }) => record.split(' ')[5])).toEqual(['completed']);
    expect(await settle(at)).toBe('clean');
    expect(await bench.redis.exists(at.keys.unsavedRecordsKey)).toBe(0);
  });

  it('has any number of idempotency records', async () => {
    const at = await bench.create();
    const records = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, i) => [`key-${i}`, `record ${i}`]),
    );
    await bench.redis.hset(at.keys.unsavedRecordsKey, records);
    await bench.redis.pexpire(at.keys.unsavedRecordsKey, 60_000);
    expect(await settle(at)).toBe('clean');
    expect(await bench.redis.exists(at.keys.unsavedRecordsKey)).toBe(0);
  });

  it('is not taken for another of its id', async () => {
    const at = await bench.create(['a', 'b']);
    const snapshot = await bench.snapshotOf(at);
    await bench.store.delete(at.owner, at.id);
    while ((await bench.now()) === snapshot.createdAt);
    await bench.create(['c'], at);
    expect(await bench.tier.hot.settle(snapshot, SETTLED)).toBe('changed');
    await expectUnsaved(at);
    expect(await fieldsOf(at)).not.toHaveProperty('saved');
    expect(await bench.redis.smembers(at.keys.unsavedKey)).toEqual([at.id]);
    // The tombstone is of no use any more when the record has a higher revision.
    expect(await bench.redis.get(at.keys.tombstoneKey)).toBe('2');
    expect(await settle(at)).toBe('clean');
    expect(await bench.redis.exists(at.keys.tombstoneKey)).toBe(0);
  });

  it('is unsaved when Redis went back behind the snapshot', async () => {
    const at = await bench.create(['a']);
    await bench.append(at, 'b');
    const snapshot = await bench.snapshotOf(at);
    await bench.redis.hset(at.keys.conversationKey, 'revision', 1);
    expect(await bench.tier.hot.settle(snapshot, SETTLED)).toBe('changed');
    await expectUnsaved(at);
    expect(await fieldsOf(at)).not.toHaveProperty('saved');
  });

  it('stays clean when an earlier settle comes late', async () => {
    const at = await bench.create(['a']);
    const earlier = await bench.snapshotOf(at);
    await bench.append(at, 'b');
    expect(await settle(at)).toBe('clean');
    const score = await bench.scoreOf(at);
    expect(await bench.tier.hot.settle(earlier, SETTLED)).toBe('changed');
    expect(await bench.scoreOf(at)).toBe(score);
    expect(await fieldsOf(at)).toMatchObject({ saved: '2', savedCount: '2' });
  });

  it('stays unsaved when a later flush or a recovery has overtaken its own', async () => {
    const at = await bench.create();
    const { flushes } = bench.tier;
    const { flushKey } = bench.keys.partition(at.partition);
    await flushes.init(at.partition);
    await flushes.begin(at.partition, 'a', 60_000, 9);
    const { number = 0 } = (await flushes.raise(at.partition, 'a', 60_000)) ?? {};
    const snapshot = await bench.snapshotOf(at);
    await flushes.setRecovered(at.partition, 'r', 1_000_000, { wentBack: 'record' });
    expect(await bench.tier.hot.settle(snapshot, { ...SETTLED, number })).toBe('changed');
    await expectUnsaved(at);
    expect(await fieldsOf(at)).not.toHaveProperty('saved');
    const later = { ...SETTLED, number: 1_000_000 };
    expect(await bench.tier.hot.settle(snapshot, later)).toBe('clean');
    expect(await bench.redis.hget(flushKey, 'committed')).toBe('1000000');
  });

  it('has the number of its flush committed before its mark is cleared', async () => {
    const at = await bench.create();
    const { flushes } = bench.tier;
    await flushes.init(at.partition);
    await flushes.begin(at.partition, 'a', 60_000, 9);
    const { number = 0 } = (await flushes.raise(at.partition, 'a', 60_000)) ?? {};
    const options = { ...SETTLED, number };
    expect(await bench.tier.hot.settle(await bench.snapshotOf(at), options)).toBe('clean');
    expect(await flushes.partitionState(at.partition)).toMatchObject({ number, committed: number });
    // There was nothing to save, and so no flush.
    expect(await settle(at)).toBe('clean');
    expect(await flushes.partitionState(at.partition)).toMatchObject({ committed: number });
  });

  it('is pinned by a turn that runs, and by one that waits, until their time has run out', async () => {
    const at = await bench.create();
    const { owner, id, keys } = at;
    await bench.store.beginTurn(owner, id, aTurn(60_000));
    await bench.redis.zadd(keys.hotKey, 1, at.member);
    expect(await settle(at)).toBe('pinned');
    await expectUnsaved(at);
    // It lets those pass that have something to save.
    expect(await bench.scoreOf(at)).toBeGreaterThan(1);
    expect(await bench.tier.snapshots.take([at.member], Infinity)).toMatchObject([
      { result: 'saved' },
    ]);
    await bench.store.beginTurn(owner, id, aTurn(60_000));
    await bench.redis.hset(keys.turnKey, 'leaseUntil', 1);
    expect(await settle(at)).toBe('pinned');
    const [waiting] = (await bench.redis.hkeys(keys.queueKey)).filter((name) => name !== 'tickets');
    await bench.redis.hset(keys.queueKey, waiting as string, '1 1');
    expect(await settle(at)).toBe('clean');
    await expectClean(at, RESIDENCY_MS);
  });

  it('that has gone leaves the indices', async () => {
    const at = await bench.create();
    const snapshot = await bench.snapshotOf(at);
    await bench.redis.del(at.keys.conversationKey, at.keys.messagesKey);
    expect(await bench.tier.hot.settle(snapshot, SETTLED)).toBe('gone');
    expect(await bench.scoreOf(at)).toBeUndefined();
    expect(await bench.redis.exists(at.keys.unsavedKey)).toBe(0);
  });

  it('whose head cannot be read stays as it is', async () => {
    const at = await bench.create();
    const snapshot = await bench.snapshotOf(at);
    await bench.redis.hset(at.keys.conversationKey, 'head', 'x');
    expect(await bench.tier.hot.settle(snapshot, SETTLED)).toBe('damaged');
    await expectUnsaved(at);
  });

  describe('and is long', () => {
    /** As if the residency had passed since messages were last counted for leaving. */
    async function passResidency(at: TierConversation): Promise<void> {
      await bench.redis.hincrby(at.keys.conversationKey, 'trimAt', -RESIDENCY_MS - 1);
    }

    async function textsOf({ keys }: TierConversation): Promise<unknown[]> {
      const elements = await bench.redis.lrange(keys.messagesKey, 0, -1);
      return elements.map((element) => (JSON.parse(element.slice(13)) as unknown[])[2]);
    }

    it('loses the messages from Redis that a settle found saved a residency ago', async () => {
      const at = await bench.create(['1', '2', '3', '4']);
      expect(await settle(at)).toBe('clean');
      await bench.append(at, '5', '6', '7');
      expect(await settle(at)).toBe('clean');
      expect(await textsOf(at)).toHaveLength(7);
      await bench.append(at, '8');
      await passResidency(at);
      expect(await settle(at)).toBe('clean');
      // Those that were saved when they were counted, and no more.
      expect(await textsOf(at)).toEqual(['5', '6', '7', '8']);
      expect(await fieldsOf(at)).toMatchObject({ base: '4', savedCount: '8', trimCount: '8' });
      await bench.append(at, '9');
      await passResidency(at);
      expect(await settle(at)).toBe('clean');
      // The tail stays.
      expect(await textsOf(at)).toEqual(['8', '9']);
      expect(await fieldsOf(at)).toMatchObject({ base: '7' });
      await bench.append(at, '10');
      expect(await bench.snapshotOf(at)).toMatchObject({ firstSeq: 10, messageCount: 10 });
    });

    it('loses none while it changes, is pinned, is damaged, or is not longer than the tail', async () => {
      const at = await bench.create(['1', '2', '3', '4']);
      await settle(at);
      await passResidency(at);
      const snapshot = await bench.snapshotOf(at);
      await bench.append(at, '5');
      expect(await bench.tier.hot.settle(snapshot, SETTLED)).toBe('changed');
      await bench.store.beginTurn(at.owner, at.id, aTurn(60_000));
      expect(await settle(at)).toBe('pinned');
      expect(await textsOf(at)).toHaveLength(6);
      await bench.redis.hset(at.keys.turnKey, 'leaseUntil', 1);
      await bench.redis.rpop(at.keys.messagesKey);
      expect(await settle(at)).toBe('clean');
      expect(await textsOf(at)).toHaveLength(5);
      const short = await bench.create(['1', '2']);
      expect(await settle(short)).toBe('clean');
      expect(await fieldsOf(short)).not.toHaveProperty('trimAt');
    });
  });
});
