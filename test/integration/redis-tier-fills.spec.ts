import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { UNSAVED_TTL_MS } from '../../src/store/redis/tier/unsaved-ttl.js';
import type { LoadedRecord } from '../../src/store/snapshot.js';
import { until } from '../support/redis-server.js';
import {
  aMessage,
  anOwner,
  loaded,
  RedisTierBench,
  RESIDENCY_MS,
  RETENTION_MS,
  type TierConversation,
} from '../support/redis-tier.js';

const LEASE_MS = 60_000;
const ALL = { limit: 200, from: { after: 0 } } as const;

describe('a conversation that Redis does not hold', () => {
  let bench: RedisTierBench;
  beforeAll(async () => {
    bench = await RedisTierBench.start();
  });
  afterAll(() => bench.stop());
  afterEach(async () => {
    expect(await bench.audit()).toMatchObject({ keysWithoutTtl: [], ownersInSeveralSlots: [] });
  });

  /** One that only the record has, and what that has of it. */
  async function saved(texts = ['a', 'b', 'c']): Promise<[TierConversation, LoadedRecord]> {
    const at = bench.conversation();
    const messages = texts.map(aMessage);
    const draft = { id: at.id, title: 'T', externalId: 'E', metadata: { a: 'b' }, messages };
    await bench.store.create(at.owner, draft);
    await bench.store.putState(at.owner, at.id, { step: 1 }, 0);
    const snapshot = await bench.snapshotOf(at);
    await bench.tier.hot.drop(at.owner, at.id);
    return [at, loaded(snapshot)];
  }

  function reserve({ owner, id }: TierConversation, token: string, leaseMs = LEASE_MS) {
    return bench.tier.fills.reserve(owner, id, token, leaseMs);
  }

  function fill({ owner, id }: TierConversation, token: string, record: LoadedRecord) {
    return bench.tier.fills.fill(owner, id, token, record, RESIDENCY_MS);
  }

  it('is reserved by one caller at a time, until the reservation runs out', async () => {
    const at = bench.conversation();
    expect(await reserve(at, 'a')).toEqual({ result: 'reserved' });
    expect(await reserve(at, 'b')).toEqual({ result: 'wait' });
    expect(await reserve(at, 'a', 20)).toEqual({ result: 'reserved' });
    await until(async () => (await bench.redis.exists(at.keys.fillKey)) === 0);
    expect(await reserve(at, 'b')).toEqual({ result: 'reserved' });
    await bench.tier.fills.cancel(at.owner, at.id, 'a');
    expect(await reserve(at, 'a')).toEqual({ result: 'wait' });
    await bench.tier.fills.cancel(at.owner, at.id, 'b');
    expect(await reserve(at, 'a')).toEqual({ result: 'reserved' });
  });

  it('is not reserved when Redis holds it or a part of it, or when it was deleted', async () => {
    const at = await bench.create();
    expect(await reserve(at, 'a')).toEqual({ result: 'hot' });
    await bench.redis.del(at.keys.conversationKey);
    expect(await reserve(at, 'a')).toEqual({ result: 'hot' });
    const deleted = await bench.create();
    await bench.store.delete(deleted.owner, deleted.id);
    expect(await reserve(deleted, 'a')).toEqual({ result: 'deleted', revision: 2 });
  });

  it('is filled as it was, and is clean', async () => {
    const at = bench.conversation();
    const messages = ['a', 'ü\u2028"'].map(aMessage);
    const draft = { id: at.id, title: 'T', externalId: 'E', metadata: { a: 'b' }, messages };
    await bench.store.create(at.owner, draft);
    await bench.store.putState(at.owner, at.id, { step: 1 }, 0);
    await bench.store.update(at.owner, at.id, { status: 'archived' });
    const before = await bench.store.read(at.owner, at.id, ALL);
    const snapshot = await bench.save(at);
    const fields = await bench.redis.hgetall(at.keys.conversationKey);
    await bench.tier.hot.drop(at.owner, at.id);
    await reserve(at, 'a');
    expect(await fill(at, 'a', loaded(snapshot))).toBe('filled');
    expect(await bench.redis.hgetall(at.keys.conversationKey)).toEqual(fields);
    expect(await bench.store.read(at.owner, at.id, ALL)).toEqual(before);
    expect(await bench.store.getState(at.owner, at.id)).toEqual({ value: { step: 1 }, version: 1 });
    const query = { limit: 9, statuses: ['archived'] } as const;
    expect((await bench.store.list(at.owner, query)).conversations).toHaveLength(1);
    const life = await bench.lifeOf(at);
    expect(life).toBeLessThanOrEqual(RESIDENCY_MS);
    expect(life).toBeGreaterThan(RESIDENCY_MS - 10_000);
    expect(await bench.scoreOf(at)).toBeLessThan(0);
    expect(await bench.redis.exists(at.keys.fillKey, at.keys.unsavedKey)).toBe(0);
    const results = await bench.tier.snapshots.take([at.member], Infinity);
    expect(results).toMatchObject([{ result: 'saved' }]);
  });

  it('is filled with its branches, and with the one that is active', async () => {
    for (const leafSeq of [undefined, 2]) {
      const at = await bench.create(['a', 'b', 'c']);
      await bench.store.append(at.owner, at.id, [aMessage('d')], { parentSeq: 1 });
      if (leafSeq) await bench.store.update(at.owner, at.id, { leafSeq });
      const before = await bench.store.read(at.owner, at.id, ALL);
      const snapshot = await bench.save(at);
      const fields = await bench.redis.hmget(at.keys.conversationKey, 'head', 'branches');
      await bench.tier.hot.drop(at.owner, at.id);
      await reserve(at, 'a');
      expect(await fill(at, 'a', loaded(snapshot))).toBe('filled');
      expect(await bench.redis.hmget(at.keys.conversationKey, 'head', 'branches')).toEqual(fields);
      expect(await bench.store.read(at.owner, at.id, ALL)).toEqual(before);
      expect(before.messages.map(({ seq }) => seq)).toEqual(leafSeq ? [1, 2] : [1, 4]);
    }
  });

  it('is filled with its last messages alone, and takes more', async () => {
    const texts = Array.from({ length: 2_500 }, (_, i) => String(i));
    const at = await bench.create();
    for (let i = 0; i < texts.length; i += 100) await bench.append(at, ...texts.slice(i, i + 100));
    const snapshot = await bench.snapshotOf(at);
    await bench.tier.hot.drop(at.owner, at.id);
    await reserve(at, 'a');
    expect(await fill(at, 'a', loaded(snapshot, 2))).toBe('filled');
    await bench.append(at, 'more');
    expect(await bench.redis.llen(at.keys.messagesKey)).toBe(2_501);
    const more = await bench.snapshotOf(at);
    expect(more).toMatchObject({ firstSeq: 2_502, messageCount: 2_502 });
    expect(more.revision).toBe(snapshot.revision + 1);
    expect(await bench.lifeOf(at)).toBeGreaterThan(RETENTION_MS - 10_000);
  });

  it('is filled without messages, title and state', async () => {
    const at = await bench.create([]);
    const snapshot = await bench.save(at);
    await bench.tier.hot.drop(at.owner, at.id);
    await reserve(at, 'a');
    expect(await fill(at, 'a', loaded(snapshot))).toBe('filled');
    expect((await bench.redis.hkeys(at.keys.conversationKey)).sort()).toEqual([
      'head',
      'revision',
      'saved',
      'savedCount',
    ]);
    await bench.append(at, 'first');
    expect((await bench.store.read(at.owner, at.id, ALL)).messages).toHaveLength(1);
  });

  it.each<[string, (at: TierConversation) => Promise<unknown>]>([
    ['its reservation has run out', ({ keys }) => bench.redis.del(keys.fillKey)],
    ['another has reserved it', ({ keys }) => bench.redis.set(keys.fillKey, 'b', 'PX', LEASE_MS)],
    ['it was created again', (at) => bench.create(['new'], at)],
    ['it was buried', ({ owner, id }) => bench.tier.deletes.bury(owner, id, 9)],
    [
      'it was created and deleted',
      async (at) => {
        await bench.create(['new'], at);
        await bench.store.delete(at.owner, at.id);
      },
    ],
    [
      'a tombstone lies over it',
      ({ keys }) => bench.redis.set(keys.tombstoneKey, 9, 'PX', LEASE_MS),
    ],
  ])('is not filled when %s', async (_, happen) => {
    const [at, record] = await saved();
    await reserve(at, 'a');
    await happen(at);
    const before = await bench.redis.hgetall(at.keys.conversationKey);
    const score = await bench.scoreOf(at);
    expect(await fill(at, 'a', record)).toBe('lost');
    expect(await bench.redis.hgetall(at.keys.conversationKey)).toEqual(before);
    expect(await bench.scoreOf(at)).toBe(score);
  });

  it.each<[string, (record: LoadedRecord) => LoadedRecord]>([
    ['a message is missing', (record) => ({ ...record, elements: record.elements.slice(1) })],
    ['none is there', (record) => ({ ...record, firstSeq: 4, elements: [] })],
  ])('is not filled when %s', async (_, damage) => {
    const [at, record] = await saved();
    await reserve(at, 'a');
    expect(await fill(at, 'a', damage(record))).toBe('damaged');
    expect(await bench.scoreOf(at)).toBeUndefined();
  });

  it('is not filled when it has expired, and stays no longer than it exists', async () => {
    const [at, record] = await saved();
    await reserve(at, 'a');
    const now = await bench.now();
    const expired = { ...record, lastAccessedAt: now - RETENTION_MS };
    expect(await fill(at, 'a', expired)).toBe('expired');
    const late = { ...record, lastAccessedAt: now - RETENTION_MS + 30_000 };
    expect(await fill(at, 'a', late)).toBe('filled');
    expect(await bench.lifeOf(at)).toBeLessThanOrEqual(30_000);
  });

  it('is filled after any time when conversations never expire', async () => {
    const forever = await RedisTierBench.start(null);
    const [at, record] = await saved();
    const old = { ...record, lastAccessedAt: (await bench.now()) - 3 * UNSAVED_TTL_MS };
    await forever.tier.fills.reserve(at.owner, at.id, 'a', LEASE_MS);
    const filled = await forever.tier.fills.fill(at.owner, at.id, 'a', old, RESIDENCY_MS);
    expect(filled).toBe('filled');
    expect(await forever.lifeOf(at)).toBeGreaterThan(RESIDENCY_MS - 10_000);
    await forever.append(at, 'more');
    expect(await forever.lifeOf(at)).toBeGreaterThan(UNSAVED_TTL_MS - 10_000);
    expect((await forever.audit()).keysWithoutTtl).toEqual([]);
    await forever.stop();
  });

  it('gets its idempotency records back, and no newer one is overwritten', async () => {
    const owner = anOwner();
    const key = bench.keys.of(owner).record('k');
    await bench.tier.fills.restoreRecord(owner, 'k', 'old', 50_000);
    expect(await bench.redis.get(key)).toBe('old');
    expect(await bench.redis.pttl(key)).toBeLessThanOrEqual(50_000);
    await bench.tier.fills.restoreRecord(owner, 'k', 'other', 90_000);
    expect(await bench.redis.get(key)).toBe('old');
  });
});
