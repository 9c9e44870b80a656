import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.js';
import { until } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { aConversation, openTurn, runTurn, script, turnsOf } from '../support/turns.js';

const KINDS = ['rejection', 'later rejection', 'timer', 'immediate', 'event', 'listener'];

describe('failures that an orchestrator leaves behind', () => {
  let service: ServiceProcess;
  let client: ApiClient;

  beforeEach(async () => {
    const environment = { SHUTDOWN_DRAIN_MS: '0', LOG_ERROR_MESSAGES: 'true' };
    service = await ServiceProcess.start(environment, 'test/support/scripted-service.mjs');
    client = service.client();
  });
  afterEach(() => service.stop());

  it('do not end the process when nobody reads its log', async () => {
    service.closeOutput();
    const id = await aConversation(client);
    const stray = script(['stray', 'stray'], ['count', { to: 20, everyMs: 20 }]);
    for (let i = 0; i < 2; i++) {
      const turn = await openTurn(client, id, stray);
      await until(() => turn.ended === 'ended');
      expect(turn.types.at(-1)).toBe('finish');
    }
    expect((await service.stop('SIGTERM')).code).toBe(0);
  });

  it('are logged with their turn, and end neither the process nor any turn', async () => {
    const other = await aConversation(client);
    const calm = await openTurn(client, other, script(['count', { to: 20, everyMs: 20 }]));
    const id = await aConversation(client);
    const stray = script(['stray', 'stray'], ['count', { to: 20, everyMs: 20 }]);
    const turn = await openTurn(client, id, stray);
    await until(() => turn.ended === 'ended' && calm.ended === 'ended');
    for (const { said, types } of [turn, calm]) {
      expect([said.endsWith('20 '), types.at(-1)]).toEqual([true, 'finish']);
    }
    const cancelled = await openTurn(client, id, script(['stray', 'stray'], ['untilAborted']));
    await client.post(`${turnsOf(id)}/${cancelled.turnId}/cancel`, undefined);
    await until(() => cancelled.ended === 'ended');
    expect(cancelled.types.at(-1)).toBe('abort');
    for (const kind of KINDS) await until(() => service.output.includes(`stray ${kind}`));
    for (const { turnId } of [turn, cancelled]) {
      expect(service.output).toContain(
        `The orchestrator of turn ${turnId} of conversation ${id} left a failure behind.`,
      );
    }
    expect(service.output).not.toContain(calm.turnId);
    expect((await runTurn(client, other, 'next')).status).toBe(201);
  });
});
