import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CONVERSATION_STATUSES } from 'conversation-store';
import type { HotConversation } from '../../src/store/redis/tier/redis.hot-conversations.js';
import { UNSAVED_TTL_MS } from '../../src/store/redis/tier/unsaved-ttl.js';
import { openRedisStore } from '../support/redis-store.js';
import {
  aMessage,
  anOwner,
  RedisTierBench,
  RESIDENCY_MS,
  RETENTION_MS,
  type TierConversation,
} from '../support/redis-tier.js';

describe('the conversations that Redis holds', () => {
  let bench: RedisTierBench;
  let hot: RedisTierBench['tier']['hot'];

  beforeAll(async () => {
    bench = await RedisTierBench.start();
    ({ hot } = bench.tier);
  });
  afterAll(() => bench.stop());
  afterEach(async () => {
    expect(await bench.audit()).toMatchObject({ keysWithoutTtl: [], ownersInSeveralSlots: [] });
  });

  async function keysOf({ owner }: TierConversation): Promise<string[]> {
    const pattern = `*${encodeURIComponent(owner.tenantId)}*`;
    return bench.redis.keys(pattern);
  }

  async function all(partition: number): Promise<HotConversation[]> {
    const found = [];
    for await (const batch of hot.ofPartition(partition)) found.push(...batch);
    return found;
  }

  describe('when one is dropped', () => {
    it.each(CONVERSATION_STATUSES)(
      'has nothing of it left, and no tombstone: %s',
      async (status) => {
        const at = await bench.create();
        await bench.store.update(at.owner, at.id, { status });
        expect(await hot.drop(at.owner, at.id)).toBe('dropped');
        expect(await keysOf(at)).toEqual([]);
        expect(await bench.scoreOf(at)).toBeUndefined();
        expect(await hot.drop(at.owner, at.id, { revision: 1 })).toBe('dropped');
      },
    );

    it('retains its turns, unless they are to go', async () => {
      const at = await bench.create();
      const turn = { id: randomUUID(), input: { message: aMessage('q') }, leaseMs: 60_000 };
      await bench.store.beginTurn(at.owner, at.id, { ...turn, onConflict: 'reject' });
      await hot.drop(at.owner, at.id);
      expect(await bench.redis.exists(at.keys.turnKey)).toBe(1);
      await hot.drop(at.owner, at.id, { withTurns: true });
      expect(await keysOf(at)).toEqual([]);
    });

    it('retains it at another revision, and when it is unsaved', async () => {
      const at = await bench.create();
      await bench.append(at, 'more');
      expect(await hot.drop(at.owner, at.id, { revision: 1 })).toBe('changed');
      expect(await hot.drop(at.owner, at.id, { onlyClean: true })).toBe('unsaved');
      expect(await bench.snapshotOf(at)).toMatchObject({ revision: 2, elements: { length: 2 } });
      await bench.save(at);
      expect(await hot.drop(at.owner, at.id, { revision: 2, onlyClean: true })).toBe('dropped');
    });

    it('drops a damaged one that was saved', async () => {
      const at = await bench.create();
      await bench.save(at);
      await bench.redis.del(at.keys.conversationKey);
      expect(await hot.drop(at.owner, at.id, { onlyClean: true })).toBe('dropped');
      expect(await keysOf(at)).toEqual([]);
    });

    it('retains a damaged one that has no mark: no record has it', async () => {
      const at = await bench.create();
      await bench.redis.zrem(at.keys.hotKey, at.member);
      await bench.redis.del(at.keys.messagesKey);
      expect(await hot.drop(at.owner, at.id, { onlyClean: true })).toBe('unsaved');
      expect(await hot.drop(at.owner, at.id)).toBe('dropped');
      expect(await hot.drop(at.owner, at.id, { onlyClean: true })).toBe('dropped');
    });
  });

  it('have those in quarantine that a flush must leave alone, until a settle', async () => {
    const at = await bench.create();
    expect(await hot.quarantine(at.member)).toBe(true);
    await bench.append(at, 'more');
    expect(await bench.scoreOf(at)).toBe(9e15);
    expect(await all(at.partition)).toMatchObject([{ id: at.id, state: 'quarantined' }]);
    await bench.save(at);
    expect(await hot.quarantine(at.member)).toBe(false);
    expect(await all(at.partition)).toMatchObject([{ id: at.id, state: 'clean' }]);
    expect(await hot.quarantine(bench.conversation().member)).toBe(false);
  });

  it('are listed with their revisions', async () => {
    const owner = anOwner();
    const [a, b, gone] = [1, 2, 3].map(() => bench.conversation(owner)) as [
      TierConversation,
      TierConversation,
      TierConversation,
    ];
    for (const at of [a, b, gone]) await bench.create(['x'], at);
    await bench.append(b, 'more');
    await bench.save(a);
    await bench.redis.del(gone.keys.conversationKey, gone.keys.messagesKey);
    const found = await all(a.partition);
    const of = ({ member, id }: TierConversation) => ({ member, id, owner });
    expect(found[0]).toEqual({ ...of(a), revision: 1, state: 'clean' });
    expect(found).toContainEqual({ ...of(b), revision: 2, state: 'unsaved' });
    expect(found).toContainEqual({ ...of(gone), revision: undefined, state: 'unsaved' });
    expect(found).toHaveLength(3);
  });

  it('are looked for in any number, some at a time', async () => {
    const at = await bench.create();
    const ids: string[] = Array.from({ length: 10_000 }, () => randomUUID());
    ids[7_777] = at.id;
    const read = jest.spyOn(bench.connection, 'read');
    const places = await hot.places(at.owner, ids);
    const counts = read.mock.calls.map(([, keys]) => keys.length);
    read.mockRestore();
    expect(places[7_777]).toMatchObject({ id: at.id });
    expect(places.filter((place) => place !== undefined)).toHaveLength(1);
    expect(Math.max(...counts)).toBeLessThanOrEqual(400);
    expect(await hot.places(at.owner, [])).toEqual([]);
  });

  describe('of a store without a record', () => {
    it('are marked when they are adopted, once', async () => {
      const { port } = bench.redis.options;
      const node = { host: '127.0.0.1', port: port as number };
      const plain = await openRedisStore({ topology: { mode: 'standalone', node, db: 0 } });
      const at = bench.conversation();
      const draft = { id: at.id, metadata: {}, messages: [aMessage('a'), aMessage('b')] };
      await plain.create(at.owner, draft);
      await plain.close();
      expect(await bench.scoreOf(at)).toBeUndefined();
      expect(await hot.adopt(at.owner, at.id)).toBe('adopted');
      expect(await bench.snapshotOf(at)).toMatchObject({
        revision: 1,
        firstSeq: 1,
        messageCount: 2,
      });
      expect(await bench.redis.smembers(at.keys.unsavedKey)).toEqual([at.id]);
      const score = await bench.scoreOf(at);
      expect(await hot.adopt(at.owner, at.id)).toBe('known');
      expect(await bench.scoreOf(at)).toBe(score);
    });

    it('are not adopted when they have gone or are damaged', async () => {
      const at = await bench.create();
      await bench.redis.del(at.keys.conversationKey);
      expect(await hot.adopt(at.owner, at.id)).toBe('damaged');
      await bench.redis.del(at.keys.messagesKey);
      expect(await hot.adopt(at.owner, at.id)).toBe('gone');
    });
  });

  it('whose mark was lost are marked by an adoption, and not counted as never saved', async () => {
    const at = await bench.create();
    await bench.save(at);
    await bench.redis.zrem(at.keys.hotKey, at.member);
    expect(await hot.adopt(at.owner, at.id)).toBe('adopted');
    expect(await bench.scoreOf(at)).toBeGreaterThan(0);
    expect(await bench.redis.exists(at.keys.unsavedKey)).toBe(0);
  });

  describe('when the record went back', () => {
    it('are unsaved again, all that Redis has of them', async () => {
      const owner = anOwner();
      const clean = bench.conversation(owner);
      const partial = bench.conversation(owner);
      const [quarantined, gone] = [bench.conversation(owner), bench.conversation(owner)];
      for (const at of [clean, partial, quarantined, gone]) {
        await bench.create(['a', 'b', 'c'], at);
        await bench.store.putState(owner, at.id, 1, 0);
        await bench.save(at);
      }
      await bench.redis.hset(clean.keys.conversationKey, 'base', 1, 'trimCount', 3, 'trimAt', 1);
      await bench.redis.lpop(clean.keys.messagesKey);
      await bench.append(partial, 'd');
      const score = await bench.scoreOf(partial);
      await bench.append(quarantined, 'd');
      await hot.quarantine(quarantined.member);
      await bench.redis.del(gone.keys.conversationKey, gone.keys.messagesKey);

      expect(await hot.markAgain(clean.partition)).toBe(1);
      const state = { text: '1', version: 1 };
      const first = { revision: 2, firstSeq: 2, elements: { length: 2 }, state };
      expect(await bench.snapshotOf(clean)).toMatchObject(first);
      expect(await bench.scoreOf(clean)).toBeGreaterThan((await bench.now()) - 10_000);
      expect(await bench.lifeOf(clean)).toBeGreaterThan(RETENTION_MS - 10_000);
      const fields = await bench.redis.hkeys(clean.keys.conversationKey);
      expect(fields).not.toContain('trimAt');
      for (const at of [partial, quarantined]) {
        const second = { revision: 3, firstSeq: 1, elements: { length: 4 }, state };
        expect(await bench.snapshotOf(at)).toMatchObject(second);
      }
      expect(await bench.scoreOf(partial)).toBe(score);
      expect(await bench.scoreOf(quarantined)).toBe(9e15);
      expect(await bench.scoreOf(gone)).toBeUndefined();
      expect(await hot.markAgain(clean.partition)).toBe(0);
    });

    it('are so in any number', async () => {
      const owner = anOwner();
      const many = Array.from({ length: 450 }, () => bench.conversation(owner));
      await Promise.all(many.map((at) => bench.create(['x'], at)));
      await Promise.all(many.map((at) => bench.save(at)));
      const { partition } = many[0] as TierConversation;
      expect(await all(partition)).toHaveLength(450);
      expect(await hot.markAgain(partition)).toBe(450);
      const states = (await all(partition)).map(({ state }) => state);
      expect(new Set(states)).toEqual(new Set(['unsaved']));
    });
  });

  it('leave the index a while after they have left Redis', async () => {
    const owner = anOwner();
    const at = await bench.create(['x'], bench.conversation(owner));
    await bench.save(at);
    const unsaved = await bench.create(['x'], bench.conversation(owner));
    const sweep = (): Promise<number> =>
      hot.sweepIndex(at.partition, { cleanGraceMs: 60_000, deleteGraceMs: 0 });
    await bench.redis.zincrby(at.keys.hotKey, RESIDENCY_MS + 50_000, at.member);
    expect(await sweep()).toBe(0);
    await bench.redis.zincrby(at.keys.hotKey, 10_001, at.member);
    expect(await sweep()).toBe(1);
    expect((await all(at.partition)).map(({ id }) => id)).toEqual([unsaved.id]);
  });

  it('have their deadlines renewed when they have been unsaved for long and never expire', async () => {
    const forever = await RedisTierBench.start(null);
    const owner = anOwner();
    const [old, young, quarantined, clean] = Array.from({ length: 4 }, () =>
      forever.conversation(owner),
    ) as [TierConversation, TierConversation, TierConversation, TierConversation];
    for (const at of [old, young, quarantined, clean]) await forever.create(['x'], at);
    await forever.save(clean);
    await forever.tier.hot.quarantine(quarantined.member);
    const now = await forever.now();
    await forever.redis.zadd(old.keys.hotKey, now - UNSAVED_TTL_MS / 2, old.member);
    for (const { keys } of [old, young, quarantined]) {
      await forever.redis.pexpireat(keys.conversationKey, now + 60_000);
      await forever.redis.pexpireat(keys.messagesKey, now + 60_000);
    }
    await forever.tier.hot.renewUnsaved(old.partition, now);
    for (const at of [old, quarantined]) {
      expect(await forever.lifeOf(at)).toBeGreaterThan(UNSAVED_TTL_MS - 10_000);
    }
    for (const at of [young, clean]) expect(await forever.lifeOf(at)).toBeLessThanOrEqual(60_000);
    const { conversation } = await forever.store.read(owner, old.id, { limit: 1, from: 'end' });
    expect(Number(conversation.expiresAt)).toBeGreaterThan(now + UNSAVED_TTL_MS - 10_000);
    expect((await forever.audit()).keysWithoutTtl).toEqual([]);
    await forever.stop();
  });

  it('expire when they expire, saved or not', async () => {
    const at = await bench.create();
    await bench.redis.zadd(at.keys.hotKey, 1, at.member);
    await hot.renewUnsaved(at.partition, await bench.now());
    expect(await bench.lifeOf(at)).toBeLessThanOrEqual(RETENTION_MS);
  });
});
