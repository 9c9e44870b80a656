import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CONVERSATIONS } from '../support/api-client.js';
import { ScriptedOrchestrator } from '../support/scripted-orchestrator.mjs';
import { startService, type TestService } from '../support/service.js';
import { runTurn, script } from '../support/turns.js';
import { storeLargeConversation } from './stored-data.js';

const MIB = 2 ** 20;

let service: TestService;

beforeAll(async () => {
  service = await startService({
    environment: { STORE_DRIVER: 'memory', MEMORY_LIMIT: String(4 * MIB) },
    orchestrator: ScriptedOrchestrator,
  });
});
afterAll(() => service.close());

it('a user who needs more than there is loses its own conversations, and nobody else does', async () => {
  const client = service.client();
  const { body } = await client.post(CONVERSATIONS, { messages: [{ content: 'hello' }] });
  const other = service.client();
  const paths: string[] = [];
  // 20 MB of messages in a memory of 4 MiB.
  for (let i = 0; i < 20; i++) paths.push(await storeLargeConversation(other, 16));
  expect((await client.get(`${CONVERSATIONS}/${body.id}`)).status).toBe(200);
  expect((await other.get(paths[0] as string)).status).toBe(404);
  expect((await other.get(paths.at(-1) as string)).status).toBe(200);
});

it('the events of turns count, too', async () => {
  const client = service.client();
  const { body } = await client.post(CONVERSATIONS, { messages: [{ content: 'hello' }] });
  const other = service.client();
  const ids: string[] = [];
  // 40 turns with more than 1 MB of events each.
  for (let i = 0; i < 40; i++) {
    const { id } = (await other.post(CONVERSATIONS, {})).body;
    await runTurn(other, id, script(['events', 9_900]));
    ids.push(id);
  }
  expect((await client.get(`${CONVERSATIONS}/${body.id}`)).status).toBe(200);
  expect((await other.get(`${CONVERSATIONS}/${ids[0] as string}`)).status).toBe(404);
});
