import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { v7 as uuidv7 } from 'uuid';
import type { NewMessage } from '../../../src/domain/message.js';
import type * as RedisStore from '../../../src/store/redis/open-redis-store.js';
import type { Library } from './library.js';

/** Of the build, which has the scripts. */
const STORE = pathToFileURL(resolve('dist/store/redis/open-redis-store.js')).href;

export async function open(redisUrl: string, text: string): Promise<Library> {
  const { openRedisStore } = (await import(STORE)) as typeof RedisStore;
  const { hostname, port } = new URL(redisUrl);
  const store = await openRedisStore({
    topology: { mode: 'standalone', node: { host: hostname, port: Number(port) }, db: 0 },
    timeoutMs: 5_000,
    waitReplicas: 0,
    keyPrefix: 'cs:',
    marks: false,
    ttlMs: 600_000,
    maxMessagesPerConversation: 1_000_000,
    maxConversationsPerUser: 10_000,
    pageBytes: Infinity,
  });
  const create = async (userId: string): Promise<string> => {
    const id = uuidv7();
    await store.create({ tenantId: 'bench', userId }, { id, metadata: {}, messages: [] });
    return id;
  };
  const message = (): NewMessage => ({
    id: uuidv7(),
    role: 'user',
    parts: [{ type: 'text', text }],
  });
  return {
    openConversation: async () => {
      const owner = { tenantId: 'bench', userId: randomUUID() };
      const id = await create(owner.userId);
      return {
        append: () => store.append(owner, id, [message()]),
        count: async () =>
          (await store.read(owner, id, { limit: 1_000_000, from: 'end' })).messages.length,
      };
    },
    openConversations: async (user, count) => {
      for (let i = 0; i < count; i++) await create(user);
    },
    list: async (userId, limit) => {
      const query = { limit, statuses: ['active'] as const };
      const { conversations } = await store.list({ tenantId: 'bench', userId }, query);
      return conversations.length;
    },
    close: () => store.close(),
  };
}
