import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import type { Owner } from 'conversation-store';
import { OwnerKeys } from '../../src/store/redis/redis.keys.js';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { FUZZ } from '../fuzz/fuzz-parameters.js';
import { ModelRun } from '../fuzz/model/model-run.js';
import { operations, turnOperations, type Operation } from '../fuzz/model/operations.js';
import { openRedisStore, sharedRedisPort } from '../support/redis-store.js';

/** What create.lua charges for a conversation besides its texts. */
const CONVERSATION_BYTES = 100;

const LIMITS = {
  ttlMs: 600_000,
  maxMessagesPerConversation: 8,
  maxConversationsPerUser: 4,
  pageBytes: 1024 ** 2,
  ownerQuotaBytes: 2 ** 40,
} as const;

describe('the usage of an owner in Redis', () => {
  let redis: Redis;
  let store: RedisConversationStore;

  beforeAll(async () => {
    redis = new Redis(sharedRedisPort());
    store = await openRedisStore(LIMITS);
  });
  afterAll(async () => {
    await store.close();
    redis.disconnect();
  });

  it.each<[string, fc.Arbitrary<Operation[]>]>([
    ['any operations', operations],
    ['turns of one conversation', turnOperations],
  ])(
    'is what a recount finds after %s, and gone after an erase',
    async (_, lists) => {
      const sameAsRecount = fc.asyncProperty(lists, async (list) => {
        const owners = ['a', 'b'].map((userId) => ({ tenantId: randomUUID(), userId }));
        const run = new ModelRun(store, LIMITS, owners);
        for (const operation of list) await run.step(operation);
        await run.compareAll();
        for (const owner of owners) {
          expect(await usageOf(owner)).toEqual(await recount(owner));
          await store.erase(owner);
          expect(await keysOf(owner)).toEqual([]);
        }
      });
      await fc.assert(sameAsRecount, { seed: FUZZ.seed, numRuns: FUZZ.runs / 2 });
    },
    FUZZ.timeout,
  );

  it('has keys with deadlines, of which that of `expiries` is no earlier than that of the usage', async () => {
    const owner = { tenantId: randomUUID(), userId: 'u' };
    const draft = { id: randomUUID(), metadata: {}, messages: [] };
    const idempotency = { key: 'k', requestHash: 'a'.repeat(22) };
    await store.create(owner, draft, { idempotency });
    const { usageKey = '', recordsKey = '', expiriesKey } = keysFor(owner);
    const [usage, records, expiries] = await Promise.all(
      [usageKey, recordsKey, expiriesKey].map((key) => redis.pttl(key)),
    );
    expect(usage).toBeGreaterThanOrEqual(86_400_000);
    expect(records).toBeGreaterThan(86_400_000 - 60_000);
    expect(expiries).toBeGreaterThanOrEqual((usage ?? 0) - 100);
    for (let i = 0; i < 3; i++) await store.touch(owner, draft.id);
    expect(await redis.pttl(expiriesKey)).toBeLessThanOrEqual(expiries ?? 0);
  });

  it('is found by `expiries` also after that was deleted and made again', async () => {
    const owner = { tenantId: randomUUID(), userId: 'u' };
    const first = { id: randomUUID(), metadata: {}, messages: [] };
    const idempotency = { key: 'k', requestHash: 'a'.repeat(22) };
    await store.create(owner, first, { idempotency });
    await store.delete(owner, first.id);
    await store.create(owner, { ...first, id: randomUUID() });
    const { usageKey = '', expiriesKey } = keysFor(owner);
    expect(await redis.pttl(expiriesKey)).toBeGreaterThanOrEqual(
      (await redis.pttl(usageKey)) - 100,
    );
  });

  function keysFor(owner: Owner): OwnerKeys {
    return new OwnerKeys('cs:', owner, { hasQuota: true });
  }

  async function usageOf(owner: Owner): Promise<Record<string, number>> {
    const usage = await redis.hgetall(keysFor(owner).usageKey ?? '');
    return Object.fromEntries(Object.entries(usage).map(([name, bytes]) => [name, Number(bytes)]));
  }

  /** The bytes of everything that lies in Redis, under the names that the usage has for it. */
  async function recount(owner: Owner): Promise<Record<string, number>> {
    const bytes: Record<string, number> = {};
    const keys = keysFor(owner);
    for (const id of await store.listIds(owner)) {
      const { conversationKey, messagesKey } = keys.conversation(id);
      const fields = await redis.hmget(conversationKey, 'title', 'externalId', 'metadata', 'state');
      const messages = await redis.lrange(messagesKey, 0, -1);
      const texts = [id, ...fields.map((field) => field ?? ''), ...messages];
      bytes[`c:${id}`] = CONVERSATION_BYTES + sum(texts.map((text) => Buffer.byteLength(text)));
    }
    for (const name of await redis.zrange(keys.recordsKey ?? '', 0, -1)) {
      const key = keys.recordNamed(name);
      bytes[name] = Buffer.byteLength(key) + (await redis.strlen(key));
    }
    const all = Object.values(bytes);
    return all.length === 0 ? {} : { ...bytes, total: sum(all) };
  }

  async function keysOf(owner: Owner): Promise<string[]> {
    const keys: string[] = [];
    const match = `*:${owner.tenantId}:*`;
    for await (const batch of redis.scanStream({ match, count: 10_000 })) {
      keys.push(...(batch as string[]));
    }
    return keys;
  }
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
