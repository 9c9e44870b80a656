import { CONVERSATIONS, type ApiBody, type ApiClient } from '../../../test/support/api-client.js';
import { startBareHandler } from '../../load/bare-handler.js';
import { RedisServer } from '../../../test/support/redis-server.js';
import type { ServiceProcess } from '../../../test/support/service-process.js';
import type { ConversationStore } from '../../../src/store/conversation-store.js';
import { clientOf, fill, openStore, pathOf, someOwners, type Filled } from '../../load/filling.js';
import { pin, PROCESSOR } from '../../load/pin.js';
import { PinnedService } from '../../load/pinned-service.js';
import { TEXT } from '../../load/workloads.js';
import { answer, toBytes } from '../../load/requests.js';
import type { Contestant, ConversationServer, Thread } from './server.js';

const MESSAGES_A_WRITE = 100;

export const ON_REDIS: Contestant = {
  name: 'Conversation Store on Redis',
  start: () => start({}),
};

/** A simple server for the same work in the same Redis. It is no peer. */
export const BARE_HANDLER: Contestant = {
  name: 'bare handler on Redis',
  start: startBare,
};

export const ON_MEMORY: Contestant = {
  name: 'Conversation Store in memory',
  start: () => start({ STORE_DRIVER: 'memory', MEMORY_LIMIT: String(2 ** 31) }),
};

async function start(store: Readonly<Record<string, string>>): Promise<ConversationServer> {
  const service = await PinnedService.start(store);
  return {
    port: service.port,
    pid: service.pid,
    openThread: (messages) => openThread(service.process.client(), messages),
    stop: () => service.stop(),
  };
}

/** The bare handler cannot create or count. The driver in this process does that for it. */
async function startBare(): Promise<ConversationServer> {
  const redis = await RedisServer.start();
  pin(redis.pid, PROCESSOR.other);
  const store = await openStore(redis);
  try {
    const bare = await startBareHandler(redis);
    pin(bare.pid, PROCESSOR.measured);
    return {
      port: bare.port,
      pid: bare.pid,
      openThread: async (messages) => {
        const [thread] = await fill(store, someOwners(1), { count: 1, messages, text: TEXT });
        return threadOf(store, bare, thread as Filled);
      },
      stop: async () => {
        await store.close();
        await bare.stop();
        await redis.stop();
      },
    };
  } catch (error) {
    await store.close();
    await redis.stop();
    throw error;
  }
}

function threadOf(store: ConversationStore, bare: ServiceProcess, thread: Filled): Thread {
  const path = `${pathOf(thread)}/messages`;
  return {
    append: toBytes(clientOf(bare, thread.owner), 'POST', path, { messages: texts(1) }),
    count: async () => {
      const page = await store.read(thread.owner, thread.id, { limit: 1, from: 'end' });
      return page.messages[0]?.seq ?? 0;
    },
  };
}

async function openThread(client: ApiClient, messages: number): Promise<Thread> {
  const { id } = await answer<ApiBody>(client.post(CONVERSATIONS, {}));
  const path = `${CONVERSATIONS}/${id}/messages`;
  for (let left = messages; left > 0; left -= MESSAGES_A_WRITE) {
    await answer(client.post(path, { messages: texts(Math.min(left, MESSAGES_A_WRITE)) }));
  }
  return {
    append: toBytes(client, 'POST', path, { messages: texts(1) }),
    count: async () => {
      // Messages are numbered without gaps.
      const { data } = await answer<ApiBody>(client.get(`${path}?limit=1`));
      return data[0]?.seq ?? 0;
    },
  };
}

function texts(count: number): unknown[] {
  return Array.from({ length: count }, () => ({ role: 'user', content: TEXT }));
}
