import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisSnapshots } from '../../src/store/redis/tier/redis.snapshots.js';
import type { SnapshotResult } from '../../src/store/redis/tier/redis.snapshots.js';
import {
  aMessage,
  RedisTierBench,
  RETENTION_MS,
  SETTLED,
  type TierConversation,
} from '../support/redis-tier.js';

const ANY_BYTES = Infinity;

describe('a snapshot', () => {
  let bench: RedisTierBench;
  beforeAll(async () => {
    bench = await RedisTierBench.start();
  });
  afterAll(() => bench.stop());
  afterEach(async () => {
    expect((await bench.audit()).keysWithoutTtl).toEqual([]);
  });

  async function take({ member }: TierConversation): Promise<SnapshotResult> {
    const results = await bench.tier.snapshots.take([member], ANY_BYTES);
    expect(results).toHaveLength(1);
    expect(results[0]?.member).toBe(member);
    return results[0] as SnapshotResult;
  }

  /** Snapshots of a bench on whose connection something happens once, behind the outlines. */
  function snapshotsWith(happening: () => Promise<unknown>): RedisSnapshots {
    const connection = Object.create(bench.connection) as RedisTierBench['connection'];
    let hasHappened = false;
    connection.readList = async (...range) => {
      if (!hasHappened) await happening();
      hasHappened = true;
      return bench.connection.readList(...range);
    };
    // The script copies nothing, so that lists are read behind it.
    return new RedisSnapshots(connection, bench.keys, 0);
  }

  it('has everything of a conversation that was never saved, in the bytes that Redis has', async () => {
    const at = bench.conversation();
    const messages = ['a', 'ü\u2028"'].map(aMessage);
    const idempotency = { key: 'a key', requestHash: 'h'.repeat(22) };
    const draft = { id: at.id, title: 'T', externalId: 'E', metadata: { a: 'b' }, messages };
    const { conversation } = await bench.store.create(at.owner, draft, { idempotency });
    await bench.store.putState(at.owner, at.id, { step: 1 }, 0);
    const fields = await bench.redis.hgetall(at.keys.conversationKey);
    const createdAt = conversation.createdAt.getTime();
    const { result, snapshot } = (await take(at)) as SnapshotResult & { snapshot: unknown };
    expect(result).toBe('unsaved');
    expect(snapshot).toEqual({
      owner: at.owner,
      id: at.id,
      partition: at.partition,
      revision: 2,
      status: 'active',
      title: 'T',
      externalId: 'E',
      metadata: '{"a":"b"}',
      version: 1,
      messageCount: 2,
      branches: '',
      createdAt,
      updatedAt: createdAt,
      lastAccessedAt: Number(fields['head']?.split(' ')[5]),
      state: { text: '{"step":1}', version: 1 },
      firstSeq: 1,
      elements: await bench.redis.lrange(at.keys.messagesKey, 0, -1),
      records: [{ key: 'a key', record: `${'h'.repeat(22)} ${at.id} 1 2` }],
    });
  });

  it('of what was saved in part has the rest alone', async () => {
    const at = await bench.create(['a', 'b']);
    await bench.store.putState(at.owner, at.id, 1, 0);
    await bench.save(at);
    await bench.append(at, 'c');
    const [element] = await bench.redis.lrange(at.keys.messagesKey, -1, -1);
    const snapshot = await bench.snapshotOf(at);
    expect(snapshot).toMatchObject({ revision: 3, messageCount: 3, metadata: '{}', firstSeq: 3 });
    expect(snapshot).toMatchObject({ elements: [element], records: [] });
    expect(snapshot).not.toHaveProperty('state');
    expect(snapshot).not.toHaveProperty('title');
    await bench.store.putState(at.owner, at.id, 2, 1);
    const newer = { state: { text: '2', version: 2 }, revision: 4, firstSeq: 3 };
    expect(await bench.snapshotOf(at)).toMatchObject(newer);
  });

  it('has the branches, and the leaf unless the conversation is linear', async () => {
    const at = await bench.create(['a', 'b']);
    expect(await bench.snapshotOf(at)).not.toHaveProperty('leafSeq');
    await bench.store.update(at.owner, at.id, { leafSeq: 1 });
    expect(await bench.snapshotOf(at)).toMatchObject({ leafSeq: 1, branches: '' });
    await bench.save(at);
    await bench.append(at, 'c');
    const branches = '000000030000000100000000';
    const branched = { leafSeq: 3, branches, firstSeq: 3 };
    expect(await bench.snapshotOf(at)).toMatchObject(branched);
    await bench.redis.hset(at.keys.conversationKey, 'branches', branches.slice(1));
    expect(await take(at)).toEqual({ member: at.member, result: 'damaged' });
  });

  it('of a long conversation behind its base is whole, whatever its size', async () => {
    const at = await bench.create([]);
    const text = 'x'.repeat(40_000);
    await bench.append(at, ...Array<string>(60).fill(text));
    await bench.save(at);
    await bench.redis.hset(at.keys.conversationKey, 'base', 50);
    await bench.redis.ltrim(at.keys.messagesKey, 50, -1);
    await bench.append(at, ...Array.from({ length: 70 }, (_, i) => `${i}${text}`));
    const { elements, firstSeq } = await bench.snapshotOf(at);
    expect([firstSeq, elements.length]).toEqual([61, 70]);
    expect(elements).toEqual(await bench.redis.lrange(at.keys.messagesKey, 10, -1));
  });

  it('tells what the record has already', async () => {
    const at = await bench.create();
    await bench.save(at);
    expect(await take(at)).toMatchObject({
      result: 'saved',
      snapshot: { revision: 1, firstSeq: 2, elements: [] },
    });
  });

  it('of what has gone takes it out of the indices', async () => {
    const at = await bench.create();
    await bench.redis.del(at.keys.conversationKey, at.keys.messagesKey);
    expect(await take(at)).toEqual({ member: at.member, result: 'gone' });
    expect(await bench.scoreOf(at)).toBeUndefined();
    expect(await bench.redis.exists(at.keys.unsavedKey)).toBe(0);
  });

  it('of what had gone, and is there again, leaves it in the indices', async () => {
    const at = await bench.create();
    const connection = Object.create(bench.connection) as RedisTierBench['connection'];
    connection.read = async () => [[Array.from({ length: 10 }, () => null), [], [], null]];
    const [taken] = await new RedisSnapshots(connection, bench.keys).take([at.member], ANY_BYTES);
    expect(taken).toEqual({ member: at.member, result: 'gone' });
    expect(await bench.scoreOf(at)).toBeGreaterThan(0);
    expect(await bench.redis.exists(at.keys.unsavedKey)).toBe(1);
  });

  it('is none of a conversation that was deleted while it was read, and created again', async () => {
    const at = await bench.create(['a']);
    const snapshots = snapshotsWith(async () => {
      const before = await bench.now();
      await bench.store.delete(at.owner, at.id);
      while ((await bench.now()) === before);
      await bench.create(['b'], at);
    });
    expect(await snapshots.take([at.member], ANY_BYTES)).toEqual([
      { member: at.member, result: 'gone' },
    ]);
    expect(await bench.scoreOf(at)).toBeGreaterThan(0);
    const away = snapshotsWith(() => bench.store.delete(at.owner, at.id));
    expect(await away.take([at.member], ANY_BYTES)).toMatchObject([{ result: 'gone' }]);
  });

  it('is read again when older messages leave Redis meanwhile', async () => {
    const at = await bench.create(['a', 'b', 'c']);
    await bench.save(at);
    await bench.append(at, 'd');
    const expected = await bench.snapshotOf(at);
    const snapshots = snapshotsWith(async () => {
      await bench.redis.ltrim(at.keys.messagesKey, 2, -1);
      await bench.redis.hset(at.keys.conversationKey, 'base', 2);
    });
    const [taken] = await snapshots.take([at.member], ANY_BYTES);
    expect(taken).toEqual({ member: at.member, result: 'unsaved', snapshot: expected });
  });

  it('is read again when Redis goes back meanwhile', async () => {
    const at = await bench.create(['a']);
    const before = await bench.redis.dumpBuffer(at.keys.messagesKey);
    const fields = await bench.redis.hgetall(at.keys.conversationKey);
    await bench.append(at, 'b');
    const snapshots = snapshotsWith(async () => {
      await bench.redis.restore(at.keys.messagesKey, RETENTION_MS, before, 'REPLACE');
      await bench.redis.hset(at.keys.conversationKey, fields);
    });
    const [taken] = await snapshots.take([at.member], ANY_BYTES);
    expect(taken).toMatchObject({ result: 'unsaved', snapshot: { revision: 1, messageCount: 1 } });
  });

  const damages: [string, (at: TierConversation) => Promise<unknown>][] = [
    ['its hash is missing', ({ keys }) => bench.redis.del(keys.conversationKey)],
    ['its head is missing', ({ keys }) => bench.redis.hdel(keys.conversationKey, 'head')],
    ['its head is no head', ({ keys }) => bench.redis.hset(keys.conversationKey, 'head', 'x')],
    ['its messages are missing', ({ keys }) => bench.redis.del(keys.messagesKey)],
    ['a message is missing', ({ keys }) => bench.redis.rpop(keys.messagesKey)],
    ['it has no revision', ({ keys }) => bench.redis.hdel(keys.conversationKey, 'revision')],
    ['a count is none', ({ keys }) => bench.redis.hset(keys.conversationKey, 'base', 'x')],
    [
      'the record has more than there is',
      ({ keys }) => bench.redis.hset(keys.conversationKey, 'savedCount', 3),
    ],
  ];
  it.each(damages)(
    'is none of a damaged conversation, which stays marked: %s',
    async (_, damage) => {
      const at = await bench.create(['a', 'b']);
      await damage(at);
      expect(await take(at)).toEqual({ member: at.member, result: 'damaged' });
      expect(await bench.scoreOf(at)).toBeGreaterThan(0);
    },
  );

  it('is taken of as many conversations as there may be bytes, and of one at least', async () => {
    const all = [];
    for (let i = 0; i < 4; i++) all.push(await bench.create(['x'.repeat(1_000)]));
    const members = all.map(({ member }) => member);
    const { snapshots } = bench.tier;
    expect(await snapshots.take(members, 1)).toHaveLength(1);
    expect(await snapshots.take(members, 2_500)).toHaveLength(2);
    expect(await snapshots.take(members, 10_000)).toHaveLength(4);
    expect(await snapshots.take([], 10_000)).toEqual([]);
    const many = Array<string>(550).fill(members[0] as string);
    expect(await snapshots.take(many, ANY_BYTES)).toHaveLength(500);
  });

  it('has no record of a write that it does not have', async () => {
    const at = await bench.create(['a']);
    const connection = Object.create(bench.connection) as RedisTierBench['connection'];
    connection.readHash = async (...hash) => {
      const fields = await bench.connection.readHash(...hash);
      connection.readHash = bench.connection.readHash.bind(bench.connection);
      const idempotency = { key: randomUUID(), requestHash: 'h'.repeat(22) };
      await bench.store.append(at.owner, at.id, [aMessage('b')], { idempotency });
      return fields;
    };
    const [taken] = await new RedisSnapshots(connection, bench.keys).take([at.member], ANY_BYTES);
    expect(taken).toMatchObject({ snapshot: { revision: 1, records: [] } });
  });

  it('that was settled leaves the rest for the next one', async () => {
    const at = await bench.create(['a']);
    const snapshot = await bench.snapshotOf(at);
    await bench.append(at, 'b');
    expect(await bench.tier.hot.settle(snapshot, SETTLED)).toBe('changed');
    expect(await bench.snapshotOf(at)).toMatchObject({ firstSeq: 2, revision: 2 });
  });
});
