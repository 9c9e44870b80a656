import { randomUUID } from 'node:crypto';
import { RedisStore } from '@mastra/redis';

export async function open(connectionString, text) {
  const store = new RedisStore({ id: 'bench', connectionString });
  await store.init();
  const memory = await store.getStore('memory');
  const openThread = async (resourceId) => {
    const now = new Date();
    const thread = { id: randomUUID(), resourceId, createdAt: now, updatedAt: now };
    await memory.saveThread({ thread });
    return thread;
  };
  return {
    async openConversation() {
      const { id: threadId, resourceId } = await openThread(randomUUID());
      return {
        append: () => {
          const content = { format: 2, parts: [{ type: 'text', text }] };
          const createdAt = new Date();
          const message = {
            id: randomUUID(),
            role: 'user',
            createdAt,
            threadId,
            resourceId,
            content,
          };
          return memory.saveMessages({ messages: [message] });
        },
        count: async () => {
          const { messages } = await memory.listMessages({ threadId, perPage: false });
          return messages.length;
        },
      };
    },
    async openConversations(user, count) {
      for (let i = 0; i < count; i++) await openThread(user);
    },
    async list(resourceId, perPage) {
      const { threads } = await memory.listThreads({ filter: { resourceId }, page: 0, perPage });
      return threads.length;
    },
    close: () => store.close(),
  };
}
