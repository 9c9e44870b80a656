import { randomUUID } from 'node:crypto';
import type { ApiClient } from '../../../test/support/api-client.js';
import { TEXT } from '../../load/workloads.js';
import { startPeer } from './peer-server.js';
import { answer, toBytes } from '../../load/requests.js';
import type { Contestant, Thread } from './server.js';

export const LANGGRAPH: Contestant = {
  name: 'LangGraph server',
  start: () => startPeer('langgraph-server.mjs', openThread),
};

async function openThread(client: ApiClient, messages: number): Promise<Thread> {
  const id = randomUUID();
  await answer(client.post('/threads', { thread_id: id, metadata: { graph_id: 'chat' } }));
  const path = `/threads/${id}/state`;
  await answer(client.post(path, update(messages)));
  return {
    append: toBytes(client, 'POST', path, update(1)),
    count: async () => {
      const { values } = await answer<{ values: { messages: unknown[] } }>(client.get(path));
      return values.messages.length;
    },
  };
}

/** An update of the state. It is the only request of the API that appends without a run of the graph. */
function update(messages: number): unknown {
  const texts = Array.from({ length: messages }, () => ({ role: 'user', content: TEXT }));
  return { values: { messages: texts } };
}
