import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Owner } from 'conversation-store';
import { decodeMessage } from '../../src/store/codecs/message.codec.js';
import type { RedisConnection } from '../../src/store/redis/connection/connection.js';
import { openRedisConnection } from '../../src/store/redis/open-redis-store.js';
import { RedisKeys } from '../../src/store/redis/redis.keys.js';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { RedisReseal } from '../../src/store/redis/reseal/redis.reseal.js';
import { ResealRun } from '../../src/store/sealing/reseal-run.js';
import { resealRedisStore } from '../../src/store/redis/reseal/reseal-redis-store.js';
import { anOwner } from '../contract/workbench.js';
import { openRedisStore, redisOptions, sharedRedisPort } from '../support/redis-store.js';
import { resealContract } from '../support/reseal-contract.js';
import { SEALINGS, storeMuch, textsInRedis } from '../support/reseal.js';

describe('a reseal of Redis', () => {
  let keyPrefix: string;
  beforeEach(() => {
    keyPrefix = `reseal-[*]-${randomUUID()}:`;
  });

  const reseal = (sealing: keyof typeof SEALINGS, options = {}) =>
    resealRedisStore(redisOptions({ keyPrefix }), { sealing: SEALINGS[sealing], ...options });

  resealContract({
    open: (sealing) => openRedisStore({ keyPrefix, sealing: SEALINGS[sealing] }),
    reseal,
    contents: async () => {
      const { texts, ttls } = await textsInRedis(sharedRedisPort(), keyPrefix);
      // The size of the largest message never becomes smaller.
      return { texts: texts.replace(/(\["head","\w+(?: \d+){6}) \d+/g, '$1'), ttls };
    },
    traffic: { conversations: 15, messages: 150 },
  });

  it('charges the owner for the difference, and knows the largest message', async () => {
    const options = { keyPrefix, ownerQuotaBytes: 1e9, sealing: SEALINGS.k1 };
    const plain = await openRedisStore({ ...options, sealing: SEALINGS.plain });
    const owner = anOwner();
    const id = await storeMuch(plain, owner, 30);
    await plain.close();
    await resealRedisStore(redisOptions(options), { sealing: SEALINGS.k1 });
    const redis = new Redis(sharedRedisPort());
    const keys = new RedisKeys(keyPrefix, { hasQuota: true }).of(owner);
    const { conversationKey, messagesKey } = keys.conversation(id);
    const fields = await redis.hgetall(conversationKey);
    const elements = await redis.lrange(messagesKey, 0, -1);
    const sizes = elements.map((element) => Buffer.byteLength(element));
    expect(fields['head']?.split(' ')[7]).toBe(String(Math.max(...sizes)));
    const { title = '', externalId = '', metadata = '', state = '' } = fields;
    const bytes = [title, externalId, metadata, state, ...elements].reduce(
      (sum, text) => sum + Buffer.byteLength(text),
      id.length + 100,
    );
    expect(await redis.hgetall(keys.usageKey as string)).toEqual({
      total: String(bytes),
      [`c:${id}`]: String(bytes),
    });
    redis.disconnect();
  });

  it('stops between two batches, and goes on where it stopped', async () => {
    const store = await openRedisStore({ keyPrefix, sealing: SEALINGS.k1 });
    await Promise.all(Array.from({ length: 300 }, () => storeMuch(store, anOwner())));
    await store.close();
    const stop = new AbortController();
    const stopped = await reseal('k2k1', { signal: stop.signal, onProgress: () => stop.abort() });
    expect(stopped).toMatchObject({
      outcome: 'stopped',
      position: expect.stringMatching(/^redis:Redis\/\d+$/),
    });
    const rest = await reseal('k2k1', { from: stopped.position });
    expect(rest).toMatchObject({ outcome: 'done' });
    expect(stopped.resealed + rest.resealed).toBe(300 * 7);
    await expect(reseal('k2k1', { from: 'postgres:x' })).rejects.toThrow('no such position');
    await expect(reseal('k2k1', { from: 'redis:x' })).rejects.toThrow('no such position');
  });

  describe('replaces nothing that', () => {
    let connection: RedisConnection;
    let redis: Redis;
    let owner: Owner;
    let id: string;
    let store: RedisConversationStore;
    const keys = () => new RedisKeys(keyPrefix).of(owner).conversation(id);

    beforeEach(async () => {
      owner = anOwner();
      redis = new Redis(sharedRedisPort());
      connection = await openRedisConnection(redisOptions());
      store = await openRedisStore({ keyPrefix, sealing: SEALINGS.k2k1 });
      const before = await openRedisStore({ keyPrefix, sealing: SEALINGS.k1 });
      id = await storeMuch(before, owner, 20);
      await before.close();
    });
    afterEach(async () => {
      connection.close();
      redis.disconnect();
      await store.close();
    });

    /** A pass during which something happens between its reading and its first writing. */
    async function resealBeside(event: () => Promise<unknown>): Promise<ResealRun> {
      const write = connection.write.bind(connection);
      connection.write = async (...call) => {
        connection.write = write;
        await event();
        return write(...call);
      };
      const run = new ResealRun({ sealing: SEALINGS.k2k1 });
      await new RedisReseal(connection, new RedisKeys(keyPrefix)).walk(
        run,
        undefined,
        () => undefined,
      );
      return run;
    }

    it('was changed meanwhile', async () => {
      const run = await resealBeside(() => store.update(owner, id, { title: 'another' }));
      expect(run).toMatchObject({ missed: 1, resealed: 23 });
      const { conversation } = await store.read(owner, id, { limit: 1, from: 'end' });
      expect(conversation.title).toBe('another');
      expect(conversation.version).toBe(4);
    });

    it('was deleted meanwhile', async () => {
      const run = await resealBeside(() => store.delete(owner, id));
      expect(run).toMatchObject({ missed: 0, resealed: 0, damaged: 0 });
      expect(await redis.exists(keys().conversationKey, keys().messagesKey)).toBe(0);
    });

    it('has left the list meanwhile', async () => {
      const run = await resealBeside(async () => {
        await redis.ltrim(keys().messagesKey, 7, -1);
        await redis.hset(keys().conversationKey, 'base', 7);
      });
      // The first try finds no message where it is; the second one finds all that are left.
      expect(run).toMatchObject({ resealed: 4 + 13, missed: 13 });
      const elements = await redis.lrange(keys().messagesKey, 0, -1);
      for (const [i, element] of elements.entries()) {
        const sealing = SEALINGS.k2.of(owner, id);
        expect(decodeMessage(id, i + 8, element, sealing).parts).toBeDefined();
      }
    });
  });
});
