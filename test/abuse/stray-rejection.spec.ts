import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { aConversation, openTurn, runTurn, script } from '../support/turns.js';

let service: ServiceProcess;

beforeAll(async () => {
  const environment = { STORE_DRIVER: 'memory', LOG_ERROR_MESSAGES: 'true' };
  service = await ServiceProcess.start(environment, 'test/support/scripted-service.mjs');
});
afterAll(() => service.stop());

it('a rejection that an orchestrator does not handle is logged, and ends nothing', async () => {
  const other = service.client();
  const talk = script(['count', { to: 100_000, everyMs: 20 }]);
  const stream = await openTurn(other, await aConversation(other), talk);
  const client = service.client();
  const id = await aConversation(client);
  for (let i = 0; i < 3; i++) {
    const { status } = await runTurn(client, id, script(['stray', `stray ${i}`], ['say', 'done']));
    expect(status).toBe(201);
  }
  const { length } = stream.events;
  await until(() => stream.events.length > length);
  expect(stream.ended).toBe('open');
  for (let i = 0; i < 3; i++) expect(service.output).toContain(`stray ${i}`);
  stream.leave();
});
