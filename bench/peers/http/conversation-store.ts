import { CONVERSATIONS, type ApiBody, type ApiClient } from '../../../test/support/api-client.js';
import { startBareHandler } from '../../load/bare-handler.js';
import { PinnedService } from '../../load/pinned-service.js';
import { TEXT } from '../text.js';
import { answer, postBytes } from './requests.js';
import type { Contestant, ConversationServer, Thread } from './server.js';

const MESSAGES_A_WRITE = 100;

export const ON_REDIS: Contestant = {
  name: 'Conversation Store on Redis',
  start: () => start({}),
};

/** What this processor and this Redis make of the same appends at most: no peer. */
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

/** The service beside it makes the threads and counts them. */
async function startBare(): Promise<ConversationServer> {
  const service = await PinnedService.start();
  try {
    const bare = await startBareHandler(service.redis);
    return {
      port: Number(new URL(bare.url).port),
      pid: bare.pid,
      openThread: (messages) => openThread(service.process.client(), messages),
      stop: async () => {
        await bare.stop();
        await service.stop();
      },
    };
  } catch (error) {
    await service.stop();
    throw error;
  }
}

async function openThread(client: ApiClient, messages: number): Promise<Thread> {
  const { id } = await answer<ApiBody>(client.post(CONVERSATIONS, {}));
  const path = `${CONVERSATIONS}/${id}/messages`;
  for (let left = messages; left > 0; left -= MESSAGES_A_WRITE) {
    await answer(client.post(path, { messages: texts(Math.min(left, MESSAGES_A_WRITE)) }));
  }
  return {
    append: postBytes(client, path, { messages: texts(1) }),
    count: async () => {
      // Numbered without gaps, by their place in what is stored.
      const { data } = await answer<ApiBody>(client.get(`${path}?limit=1`));
      return data[0]?.seq ?? 0;
    },
  };
}

function texts(count: number): unknown[] {
  return Array.from({ length: count }, () => ({ role: 'user', content: TEXT }));
}
