import { randomUUID } from 'node:crypto';
import type { ApiClient } from '../../../test/support/api-client.js';
import { TEXT } from '../../load/workloads.js';
import { startPeer } from './peer-server.js';
import { answer, toBytes } from '../../load/requests.js';
import type { Contestant, Thread } from './server.js';

const MEMORY = '/api/memory';

export const VOLTAGENT: Contestant = {
  name: 'VoltAgent server',
  start: () => startPeer('voltagent-server.mjs', openThread),
};

async function openThread(client: ApiClient, messages: number): Promise<Thread> {
  const ids = { conversationId: randomUUID(), userId: randomUUID() };
  await answer(client.post(`${MEMORY}/conversations`, { ...ids, resourceId: 'chat' }));
  const path = `${MEMORY}/save-messages`;
  await answer(client.post(path, { ...ids, messages: texts(messages) }));
  return {
    append: toBytes(client, 'POST', path, { ...ids, messages: texts(1) }),
    count: async () => {
      const all = `${MEMORY}/conversations/${ids.conversationId}/messages`;
      const { data } = await answer<{ data: { messages: unknown[] } }>(client.get(all));
      return data.messages.length;
    },
  };
}

function texts(count: number): unknown[] {
  return Array.from({ length: count }, () => ({
    role: 'user',
    parts: [{ type: 'text', text: TEXT }],
  }));
}
