import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import {
  StoreUnavailableError,
  type NewFork,
  type NewMessage,
  type Owner,
} from 'conversation-store';
import { decodeMessage, isSealed } from '../../src/store/codecs/message.codec.js';
import { openRedisConnection } from '../../src/store/redis/open-redis-store.js';
import { RedisKeys } from '../../src/store/redis/redis.keys.js';
import { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { FUZZ } from '../fuzz/fuzz-parameters.js';
import { MovedMessages } from '../support/redis-older-messages.js';
import { redisOptions, sharedRedisPort } from '../support/redis-store.js';
import { SEALING } from '../support/sealings.js';

/** So small that a fork takes many chunks. */
const PAGE_BYTES = 1_000;

describe('a fork in Redis', () => {
  const keys = new RedisKeys('cs:', { hasQuota: true });
  let redis: Redis;
  let store: RedisConversationStore;
  let older: MovedMessages;
  /** What a script waits for each time, by its name. */
  let before: Record<string, (() => Promise<unknown>) | undefined>;
  let owner: Owner;
  let id: string;

  beforeEach(async () => {
    redis = new Redis(sharedRedisPort());
    before = {};
    owner = { tenantId: randomUUID(), userId: 'u' };
    const options = redisOptions({ pageBytes: PAGE_BYTES, ownerQuotaBytes: 100_000 });
    const connection = await openRedisConnection(options);
    // Without replicas to wait for, every write comes here.
    const run = connection.writeUnreplicated.bind(connection);
    connection.writeUnreplicated = async (...call) => {
      await before[call[0].name]?.();
      return run(...call);
    };
    const current = { read: (...call: Parameters<MovedMessages['read']>) => older.read(...call) };
    store = new RedisConversationStore(connection, keys, options, { older: current });
    await aSource(Array<number>(40).fill(100));
  });
  afterEach(async () => {
    await store.close();
    redis.disconnect();
  });

  async function aSource(sizes: readonly number[]): Promise<void> {
    id = randomUUID();
    older = new MovedMessages(PAGE_BYTES);
    await store.create(owner, { id, metadata: { a: 'b' }, messages: sizes.map(aMessage) });
  }

  function aFork(seq = 40): NewFork {
    return { id: randomUUID(), forkedFrom: { id, seq } };
  }

  function elementsOf(of: string): Promise<string[]> {
    return redis.lrange(keys.of(owner).conversation(of).messagesKey, 0, -1);
  }

  async function keysOf(name: string): Promise<string[]> {
    const { tenantId, userId } = owner;
    const found: string[] = [];
    const match = `cs:{p*}:${tenantId}:${userId}:${name}`;
    for await (const batch of redis.scanStream({ match, count: 1_000 })) {
      found.push(...(batch as string[]));
    }
    return found;
  }

  /** Fails as a connection does that is lost, from the n-th call of a script on. */
  function losing(n: number): () => Promise<void> {
    let calls = 0;
    return async () => {
      if (++calls >= n) throw new StoreUnavailableError('Lost.', { mayHaveBeenApplied: true });
    };
  }

  it('has the very elements of the branch, and the word of the largest one', async () => {
    await aSource([10, 700, 20, 30]);
    await store.append(owner, id, [aMessage(5)], { parentSeq: 2 });
    const source = await elementsOf(id);
    const fork = aFork(5);
    await store.fork(owner, fork);
    const elements = await elementsOf(fork.id);
    expect(elements).toEqual([source[0], source[1], source[4]]);
    const { conversationKey, messagesKey } = keys.of(owner).conversation(fork.id);
    const [head] = await redis.hmget(conversationKey, 'head');
    expect(head?.split(' ')).toHaveLength(8);
    expect(head?.split(' ')[7]).toBe(String(Buffer.byteLength(source[1] ?? '')));
    const [hash, list] = [
      await redis.pexpiretime(conversationKey),
      await redis.pexpiretime(messagesKey),
    ];
    expect(list).toBe(hash);
    expect(await redis.hget(conversationKey, 'forkedFrom')).toBe(`${id} 5`);
  });

  it('of messages that are sealed, in Redis and behind it, is sealed for itself', async () => {
    const options = redisOptions({ pageBytes: PAGE_BYTES, ownerQuotaBytes: 100_000 });
    const connection = await openRedisConnection(options);
    older = new MovedMessages(PAGE_BYTES, SEALING);
    const sealing = new RedisConversationStore(connection, keys, options, {
      older,
      sealing: SEALING,
    });
    try {
      id = randomUUID();
      const messages = Array<number>(12).fill(200).map(aMessage);
      await sealing.create(owner, { id, title: 't', metadata: { a: 'b' }, messages });
      await older.move(redis, keys.of(owner).conversation(id), 5);
      const fork = aFork(12);
      const { conversation } = await sealing.fork(owner, fork);
      expect(conversation).toMatchObject({ title: 't', metadata: { a: 'b' }, messageCount: 12 });
      const elements = await elementsOf(fork.id);
      expect(elements.every(isSealed)).toBe(true);
      const by = SEALING.of(owner, fork.id);
      const copies = elements.map((element, i) => decodeMessage(fork.id, i + 1, element, by));
      expect(copies).toMatchObject(messages);
    } finally {
      await sealing.close();
    }
  });

  it('is charged as a conversation that was written message by message', async () => {
    const fork = aFork();
    await store.fork(owner, fork);
    const { usageKey = '' } = keys.of(owner);
    const [source, copy] = await redis.hmget(usageKey, `c:${id}`, `c:${fork.id}`);
    expect(copy).toBe(source);
  });

  it('is copied in chunks', async () => {
    let chunks = 0;
    before['stage-messages'] = async () => chunks++;
    await store.fork(owner, aFork());
    expect(chunks).toBeGreaterThan(5);
  });

  it('is seen by nobody before it is whole, and one that is interrupted leaves a list that expires', async () => {
    const fork = aFork();
    before['stage-messages'] = losing(3);
    before['discard-staged'] = losing(1);
    await expect(store.fork(owner, fork)).rejects.toThrow(StoreUnavailableError);
    const nothing = store.read(owner, fork.id, { limit: 9, from: 'end' });
    await expect(nothing).rejects.toMatchObject({ code: 'conversation-not-found' });
    expect(await store.listIds(owner)).toEqual([id]);
    expect(await keysOf(`conv:${fork.id}*`)).toEqual([]);
    const [staged = '', ...others] = await keysOf('staged:*');
    expect(others).toEqual([]);
    expect(await redis.llen(staged)).toBeGreaterThan(0);
    expect(await redis.pttl(staged)).toBeGreaterThan(590_000);
    expect(await redis.pttl(staged)).toBeLessThanOrEqual(600_000);

    before = {};
    await store.fork(owner, fork);
    expect(await elementsOf(fork.id)).toEqual(await elementsOf(id));
  });

  it('under the key of one that was made is a replay, and copies nothing', async () => {
    const idempotency = { key: 'k', requestHash: 'a'.repeat(22) };
    const made = await store.fork(owner, aFork(), { idempotency });
    await store.delete(owner, id);
    before['stage-messages'] = losing(1);
    const again = await store.fork(owner, aFork(), { idempotency });
    expect(again).toEqual({ ...made, replayed: true });
  });

  it('that comes second under one key is a replay, also when both have copied', async () => {
    const idempotency = { key: 'k', requestHash: 'a'.repeat(22) };
    let second: Promise<unknown> | undefined;
    let creates = 0;
    before['create'] = async () => {
      // The first one has copied.
      if (++creates === 2) {
        const fork = store.fork(owner, aFork(), { idempotency });
        second = fork;
        await fork;
      }
    };
    const first = await store.fork(owner, aFork(), { idempotency });
    expect(first.replayed).toBe(true);
    expect(await second).toEqual({ ...first, replayed: false });
    expect(await store.listIds(owner)).toHaveLength(2);
    expect(await keysOf('staged:*')).toEqual([]);
  });

  it.each([
    ['while it is copied', 'stage-messages', 2],
    ['when it was copied', 'create', 2],
  ])('is refused, and leaves nothing, when its source is deleted %s', async (_, name, call) => {
    const fork = aFork();
    let calls = 0;
    before[name] = async () => {
      if (++calls === call) await store.delete(owner, id);
    };
    await expect(store.fork(owner, fork)).rejects.toMatchObject({ code: 'conversation-not-found' });
    expect(await store.listIds(owner)).toEqual([]);
    expect([...(await keysOf('conv:*')), ...(await keysOf('staged:*'))]).toEqual([]);
  });

  it('is none of another conversation that has the id of its source by then', async () => {
    let creates = 0;
    before['create'] = async () => {
      if (++creates !== 2) return;
      const { conversationKey } = keys.of(owner).conversation(id);
      const words = ((await redis.hget(conversationKey, 'head')) ?? '').split(' ');
      words[3] = String(Number(words[3]) + 1);
      await redis.hset(conversationKey, 'head', words.join(' '));
    };
    await expect(store.fork(owner, aFork())).rejects.toMatchObject({
      code: 'conversation-not-found',
    });
  });

  it('whose list is lost before the create can be tried again', async () => {
    let creates = 0;
    before['create'] = async () => {
      if (++creates === 2) await redis.del(await keysOf('staged:*'));
    };
    await expect(store.fork(owner, aFork())).rejects.toMatchObject({ mayHaveBeenApplied: false });
    expect(await store.listIds(owner)).toEqual([id]);
    await store.fork(owner, aFork());
    expect(await store.listIds(owner)).toHaveLength(2);
  });

  it('whose list is lost in the middle ends there', async () => {
    let chunks = 0;
    before['stage-messages'] = async () => {
      if (++chunks === 3) await redis.del(await keysOf('staged:*'));
    };
    await expect(store.fork(owner, aFork())).rejects.toThrow(StoreUnavailableError);
    expect(chunks).toBe(3);
    expect(await keysOf('staged:*')).toEqual([]);
  });

  it('over the quota leaves nothing', async () => {
    await aSource(Array<number>(90).fill(800));
    let chunks = 0;
    before['stage-messages'] = async () => {
      chunks += 1;
    };
    await expect(store.fork(owner, aFork(90))).rejects.toMatchObject({ code: 'quota-exceeded' });
    // A chunk has one message: those for which there was room, and a tenth of the quota.
    expect(chunks).toBeLessThan(50);
    expect(await keysOf('staged:*')).toEqual([]);
    expect(await store.listIds(owner)).toHaveLength(2);
  });

  it(
    'has the branch up to any message, wherever the base is and goes meanwhile',
    async () => {
      const cases = fc.record({
        sizes: fc.array(fc.nat({ max: 600 }), { minLength: 1, maxLength: 12 }),
        branches: fc.array(fc.nat(), { maxLength: 4 }),
        at: fc.nat(),
        base: fc.nat(),
        later: fc.nat(),
      });
      const isBranch = fc.asyncProperty(cases, async ({ sizes, branches, at, base, later }) => {
        await store.erase(owner);
        await aSource(sizes);
        let count = sizes.length;
        for (const parent of branches) {
          await store.append(owner, id, [aMessage(50), aMessage(150)], {
            parentSeq: parent % (count + 1),
          });
          count += 2;
        }
        const seq = (at % count) + 1;
        const elements = await elementsOf(id);
        const range = { limit: 100, from: { after: 0 }, branch: seq } as const;
        const seqs: number[] = [];
        for (;;) {
          const { messages, hasMore } = await store.read(owner, id, {
            ...range,
            from: { after: seqs.at(-1) ?? 0 },
          });
          seqs.push(...messages.map((message) => message.seq));
          if (!hasMore) break;
        }
        const own = keys.of(owner).conversation(id);
        await older.move(redis, own, base % count);
        let chunks = 0;
        before['stage-messages'] = async () => {
          if (++chunks === 2) await older.move(redis, own, later % count);
        };
        const fork = aFork(seq);
        const { conversation } = await store.fork(owner, fork);
        before = {};
        expect(conversation.messageCount).toBe(seqs.length);
        expect(await elementsOf(fork.id)).toEqual(seqs.map((one) => elements[one - 1]));
      });
      await fc.assert(isBranch, { seed: FUZZ.seed, numRuns: FUZZ.runs });
    },
    FUZZ.timeout,
  );
});

function aMessage(size: number): NewMessage {
  return {
    id: randomUUID(),
    role: 'user',
    parts: [{ type: 'text', text: 'é'.repeat(size / 2) }],
    metadata: { b: 1, a: { '2': 1e21, '1': '\n' } },
  };
}
