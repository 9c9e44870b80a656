import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { CONVERSATION_STATUSES, type Owner } from 'conversation-store';
import { OwnerKeys } from '../../src/store/redis/redis.keys.js';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { openRedisStore, sharedRedisPort } from '../support/redis-store.js';

describe('a list of conversations that vanish between its two reads', () => {
  let owner: Owner;
  let redis: Redis;
  let store: RedisConversationStore;
  let ids: string[];

  beforeEach(async () => {
    owner = { tenantId: randomUUID(), userId: 'u' };
    redis = new Redis(sharedRedisPort());
    store = await openRedisStore();
    ids = Array.from({ length: 9 }, () => randomUUID());
    for (const id of ids) await store.create(owner, { id, metadata: {}, messages: [] });
  });
  afterEach(async () => {
    await store.close();
    redis.disconnect();
  });

  /** Deletes these as soon as the first read has found them. */
  function vanish(...gone: string[]): void {
    const connection = store['redis'];
    const read = connection.read.bind(connection);
    connection.read = async (...call) => {
      const reply = await read(...call);
      const own = new OwnerKeys('cs:', owner);
      await redis.del(gone.map((id) => own.conversation(id).conversationKey));
      return reply;
    };
  }

  async function pages(limit: number): Promise<string[][]> {
    const all: string[][] = [];
    let after;
    do {
      const query = { limit, statuses: CONVERSATION_STATUSES, ...(after && { after }) };
      const page = await store.list(owner, query);
      all.push(page.conversations.map(({ id }) => id));
      after = page.next;
    } while (after);
    return all;
  }

  it('has full pages of those that are left', async () => {
    const order = (await pages(9)).flat();
    vanish(...order.slice(1, 6));
    const found = await pages(3);
    expect(found.map(({ length }) => length)).toEqual([3, 1]);
    expect(found.flat()).toEqual([order[0], ...order.slice(6)]);
  });

  it('ends when nothing is left', async () => {
    vanish(...ids);
    expect(await pages(3)).toEqual([[]]);
  });
});
