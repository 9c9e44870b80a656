import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import type { MessageRange, NewMessage, Owner } from 'conversation-store';
import { openRedisConnection } from '../../src/store/redis/open-redis-store.js';
import { RedisKeys, type ConversationKeys } from '../../src/store/redis/redis.keys.js';
import { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { NO_SEALING } from '../../src/store/sealing/sealing.js';
import { noise } from '../contract/workbench.js';
import { FUZZ } from '../fuzz/fuzz-parameters.js';
import { MovedMessages } from '../support/redis-older-messages.js';
import { openRedisStore, redisOptions, sharedRedisPort } from '../support/redis-store.js';
import { SEALING } from '../support/sealings.js';

const PAGE_BYTES = 1_000;
const MOST = 12;
const EVERYTHING: MessageRange = { limit: 1_000, from: { after: 0 } };

const seqs = fc.nat({ max: MOST + 2 });
const ranges: fc.Arbitrary<MessageRange> = fc.record({
  limit: fc.nat({ max: MOST + 2 }),
  from: fc.oneof(
    fc.constant('end' as const),
    seqs.map((after) => ({ after })),
    seqs.map((before) => ({ before: before + 1 })),
  ),
});

/** Of branches: the message that each one follows, and how many messages it has. Seqs are taken modulo the count. */
const branchings = fc.array(
  fc.record({ parent: fc.nat(), count: fc.integer({ min: 1, max: 3 }) }),
  {
    maxLength: 6,
  },
);
const branchedRanges = fc.record({ range: ranges, branch: fc.option(fc.nat()) });

describe.each([
  ['as they are', NO_SEALING],
  ['compressed and encrypted', SEALING],
])('a conversation whose first messages are not in Redis, stored %s', (_, sealing) => {
  const keys = new RedisKeys('cs:', { hasTier: true });
  let redis: Redis;
  let store: RedisConversationStore;
  let older: MovedMessages;
  let owner: Owner;
  let id: string;
  let own: ConversationKeys;

  beforeEach(async () => {
    redis = new Redis(sharedRedisPort());
    owner = { tenantId: randomUUID(), userId: 'u' };
    const options = redisOptions({ pageBytes: PAGE_BYTES });
    older = new MovedMessages(PAGE_BYTES, sealing);
    // Another conversation in each run of a property.
    const current = { read: (...call: Parameters<MovedMessages['read']>) => older.read(...call) };
    store = new RedisConversationStore(await openRedisConnection(options), keys, options, {
      older: current,
      sealing,
    });
  });
  afterEach(async () => {
    await store.close();
    redis.disconnect();
  });

  async function create(sizes: readonly number[], textOf = repeated): Promise<void> {
    id = randomUUID();
    own = keys.of(owner).conversation(id);
    older = new MovedMessages(PAGE_BYTES, sealing);
    await store.create(owner, {
      id,
      metadata: {},
      messages: sizes.map((size) => aMessage(size, textOf)),
    });
  }

  function moveTo(base: number): Promise<void> {
    return older.move(redis, own, base);
  }

  async function seqsOf(range: MessageRange): Promise<number[]> {
    return (await store.read(owner, id, range)).messages.map(({ seq }) => seq);
  }

  it(
    'is read as if Redis had them all',
    async () => {
      const sizes = fc.array(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 1_500 })), {
        minLength: 1,
        maxLength: MOST,
      });
      const sameAsWhole = fc.asyncProperty(
        sizes,
        fc.nat({ max: MOST }),
        fc.array(ranges, { minLength: 1, maxLength: 8 }),
        async (all, base, list) => {
          await create(all);
          const whole = await Promise.all(list.map((range) => store.read(owner, id, range)));
          await moveTo(Math.min(base, all.length));
          const pages = await Promise.all(list.map((range) => store.read(owner, id, range)));
          expect(pages).toEqual(whole);
        },
      );
      await fc.assert(sameAsWhole, { seed: FUZZ.seed, numRuns: FUZZ.runs });
    },
    FUZZ.timeout,
  );

  it(
    'is read as if Redis had them all, of every branch',
    async () => {
      const sizes = fc.array(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 1_500 })), {
        minLength: 1,
        maxLength: 5,
      });
      const sameAsWhole = fc.asyncProperty(
        sizes,
        branchings,
        fc.nat({ max: 2 * MOST }),
        fc.array(branchedRanges, { minLength: 1, maxLength: 8 }),
        async (all, branches, base, list) => {
          await create(all);
          let count = all.length;
          for (const [i, { parent, count: added }] of branches.entries()) {
            const drafts = Array.from({ length: added }, () => aMessage(all[i % all.length] ?? 0));
            await store.append(owner, id, drafts, { parentSeq: parent % (count + 1) });
            count += added;
          }
          const wanted = list.map(({ range, branch }) =>
            branch === null ? range : { ...range, branch: 1 + (branch % count) },
          );
          const whole = await Promise.all(wanted.map((range) => store.read(owner, id, range)));
          await moveTo(Math.min(base, count));
          const pages = await Promise.all(wanted.map((range) => store.read(owner, id, range)));
          expect(pages).toEqual(whole);
        },
      );
      await fc.assert(sameAsWhole, { seed: FUZZ.seed, numRuns: FUZZ.runs });
    },
    FUZZ.timeout,
  );

  it('asks once for older messages of a branch that is in pieces', async () => {
    await create([10, 10, 10]);
    await store.append(owner, id, [aMessage(10), aMessage(10)], { parentSeq: 1 });
    await store.append(owner, id, [aMessage(10), aMessage(10)], { parentSeq: 4 });
    await moveTo(6);
    expect(await seqsOf({ limit: 9, from: 'end' })).toEqual([1, 4, 6, 7]);
    expect(await seqsOf({ limit: 2, from: { after: 1 } })).toEqual([4, 6]);
    expect(older.ranges).toEqual([
      { limit: 3, from: { before: 7 }, branch: 6 },
      { limit: 2, from: { after: 3 }, branch: 6 },
    ]);
    const { messages } = await store.read(owner, id, { limit: 9, from: 'end' });
    expect(messages).toMatchObject([{ seq: 1 }, { siblings: [2, 4] }, { siblings: [5, 6] }, {}]);
    // The record knows no more branches than it has saved.
    await store.append(owner, id, [aMessage(10)], { parentSeq: 1 });
    const [, second] = (await store.read(owner, id, { limit: 9, from: 'end', branch: 7 })).messages;
    expect(second).toMatchObject({ seq: 4, parentSeq: 1, siblings: [2, 4, 8] });
  });

  it('answers a message again that is not in Redis', async () => {
    await create([10, 10, 10]);
    await moveTo(2);
    const turn = { id: randomUUID(), input: { regenerate: 1 }, leaseMs: 60_000 };
    const begun = await store.beginTurn(owner, id, { ...turn, onConflict: 'reject' });
    expect(begun).toMatchObject({ turn: { userSeq: 1 }, messages: [{ seq: 1 }] });
    const ending = { end: 'completed', replies: [aMessage(10)], events: [] } as const;
    await store.endTurn({ owner, conversationId: id, turnId: turn.id }, ending);
    expect(await seqsOf({ limit: 9, from: 'end' })).toEqual([1, 4]);
  });

  it('asks for no older messages when the page has none, or is full', async () => {
    await create([10, 10, 400, 400, 400]);
    await moveTo(2);
    expect(await seqsOf({ limit: 3, from: 'end' })).toEqual([4, 5]);
    expect(await seqsOf({ limit: 2, from: 'end' })).toEqual([4, 5]);
    expect(await seqsOf({ limit: 9, from: { after: 2 } })).toEqual([3, 4]);
    expect(await seqsOf({ limit: 0, from: { after: 0 } })).toEqual([]);
    expect(older.ranges).toEqual([]);
    expect(await seqsOf({ limit: 9, from: { before: 4 } })).toEqual([1, 2, 3]);
    expect(older.ranges).toEqual([{ limit: 2, from: { before: 3 }, branch: 'all' }]);
  });

  it('is appended to, and all of it is read', async () => {
    await create([10, 10, 10]);
    for (const base of [2, 3, 4]) {
      await moveTo(base);
      const { messages } = await store.append(owner, id, [aMessage(10)]);
      expect(messages.map(({ seq }) => seq)).toEqual([base + 2]);
    }
    expect(await seqsOf(EVERYTHING)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await redis.llen(own.messagesKey)).toBe(2);
  });

  it('has a list with a deadline, also when all messages were moved', async () => {
    await create([10, 10]);
    await moveTo(2);
    expect(await redis.exists(own.messagesKey)).toBe(0);
    await store.append(owner, id, [aMessage(10)]);
    expect(await redis.pttl(own.messagesKey)).toBeGreaterThan(0);
    expect(await seqsOf(EVERYTHING)).toEqual([1, 2, 3]);
  });

  it('is changed, accessed and given a state', async () => {
    await create([10, 10, 10]);
    await moveTo(2);
    await store.update(owner, id, { title: 'x' });
    await store.touch(owner, id);
    await store.putState(owner, id, { a: 1 }, 0);
    await moveTo(3);
    expect((await store.getState(owner, id)).version).toBe(1);
    expect((await store.read(owner, id, EVERYTHING)).conversation.title).toBe('x');
    await store.delete(owner, id);
    expect(await redis.exists(own.conversationKey)).toBe(0);
  });

  it('answers a repeated write with messages that are not in Redis', async () => {
    await create([10]);
    const idempotency = { key: 'k', requestHash: 'a'.repeat(22) };
    const drafts = [aMessage(10), aMessage(900), aMessage(10)];
    const first = await store.append(owner, id, drafts, { idempotency });
    await moveTo(3);
    const again = await store.append(owner, id, drafts, { idempotency });
    expect(again).toEqual({ ...first, replayed: true });
  });

  it('has turns, whose messages may not be in Redis', async () => {
    await create([10, 10]);
    await moveTo(2);
    const turn = { id: randomUUID(), input: { message: aMessage(10) }, leaseMs: 60_000 } as const;
    const begin = (): Promise<unknown> =>
      store.beginTurn(owner, id, { ...turn, onConflict: 'reject' });
    const begun = await begin();
    expect(begun).toMatchObject({ outcome: 'begun', messages: [{ seq: 3 }] });
    expect(await begin()).toEqual(begun);
    await moveTo(3);
    expect(await begin()).toEqual(begun);
    const ending = { end: 'completed', replies: [aMessage(10), aMessage(10)], events: [] } as const;
    const end = (): Promise<unknown> =>
      store.endTurn({ owner, conversationId: id, turnId: turn.id }, ending);
    const ended = await end();
    expect(ended).toMatchObject({ turn: { userSeq: 3 }, messages: [{ seq: 4 }, { seq: 5 }] });
    await moveTo(4);
    expect(await end()).toEqual(ended);
  });

  describe('when the base moves while its messages are fetched', () => {
    it.each<[string, MessageRange, number[]]>([
      ['the end', { limit: 6, from: 'end' }, [4, 5, 6]],
      ['the beginning', { limit: 6, from: { after: 0 } }, [1, 2, 3]],
      ['the middle', { limit: 4, from: { after: 2 } }, [3, 4, 5]],
      ['what had been in Redis', { limit: 4, from: { before: 6 } }, [3, 4, 5]],
    ])('is read as it is: %s', async (_, range, expected) => {
      // A page that a compression makes small needs no fetch.
      await create([200, 200, 200, 200, 200, 200], noise);
      await moveTo(1);
      const connection = store['redis'];
      const readList = connection.readList.bind(connection);
      let fetches = 0;
      connection.readList = async (...call) => {
        fetches += 1;
        await moveTo(4);
        return readList(...call);
      };
      expect(await seqsOf(range)).toEqual(expected);
      expect(fetches).toBeGreaterThan(0);
    });
  });

  it('is damaged when its list is shorter or longer than it says', async () => {
    await create([10, 10, 10, 10]);
    await moveTo(2);
    await redis.rpop(own.messagesKey);
    await expectDamage(() => store.append(owner, id, [aMessage(10)]));
    await expectDamage(() => store.read(owner, id, { limit: 1, from: 'end' }));
    await expectDamage(() => store.touch(owner, id));
    await redis.hset(own.conversationKey, 'base', 3);
    expect(await seqsOf({ limit: 1, from: 'end' })).toEqual([4]);
    await redis.hset(own.conversationKey, 'base', 'x');
    await expectDamage(() => store.read(owner, id, { limit: 1, from: 'end' }));
  });

  it('is damaged when nobody has them', async () => {
    await create([10, 10, 10]);
    await moveTo(2);
    older.lose(1);
    await expectDamage(() => store.read(owner, id, { limit: 3, from: 'end' }));
    await expectDamage(() => store.read(owner, id, { limit: 1, from: { after: 1 } }));
    expect(await seqsOf({ limit: 1, from: 'end' })).toEqual([3]);
    const plain = await openRedisStore();
    await expectDamage(() => plain.read(owner, id, { limit: 3, from: 'end' }));
    await plain.close();
  });

  it('is damaged when nobody has the last one of a branch below the base', async () => {
    await create([10, 10, 10]);
    await store.append(owner, id, [aMessage(10)], { parentSeq: 1 });
    await moveTo(4);
    older.lose(1);
    await expectDamage(() => store.read(owner, id, { limit: 3, from: 'end' }));
    expect(await seqsOf({ limit: 3, from: 'end', branch: 3 })).toEqual([1, 2, 3]);
  });

  async function expectDamage(call: () => Promise<unknown>): Promise<void> {
    await expect(call()).rejects.toMatchObject({ code: 'conversation-damaged' });
  }
});

function aMessage(length: number, textOf = repeated): NewMessage {
  return { id: randomUUID(), role: 'user', parts: [{ type: 'text', text: textOf(length) }] };
}

function repeated(length: number): string {
  return 'x'.repeat(length);
}
