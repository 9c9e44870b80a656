import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import { expectProblem } from '../support/expect-problem.js';
import { until } from '../support/redis-server.js';
import { ScriptedOrchestrator } from '../support/scripted-orchestrator.mjs';
import type { TestService } from '../support/service.js';
import { aConversation, openTurn, runTurn, script, startTurnService } from '../support/turns.js';

describe.each(['memory', 'redis'] as const)('a turn under a key, in %s', (driver) => {
  let service: TestService;
  let client: ApiClient;
  let id: string;

  beforeAll(async () => {
    service = await startTurnService(driver);
  });
  beforeEach(async () => {
    client = service.client();
    id = await aConversation(client);
  });
  afterAll(() => service.close());

  function runs(): number {
    return ScriptedOrchestrator.turns.filter(({ conversation }) => conversation.id === id).length;
  }

  it('runs once, and answers the same', async () => {
    const first = await runTurn(client, id, script(['increment']), { key: 'k' });
    // Also after a later turn, and with any onConflict.
    for (const message of [undefined, 'another']) {
      if (message !== undefined) await runTurn(client, id, message);
      const again = await runTurn(client, id, script(['increment']), {
        key: 'k',
        onConflict: 'enqueue',
      });
      expect([again.status, again.body]).toEqual([201, first.body]);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
    }
    expect(first.headers.has('idempotency-replayed')).toBe(false);
    expect(runs()).toBe(2);
  });

  it('runs once for two at the same time, whichever is first', async () => {
    const message = script(['count', { to: 5, everyMs: 20 }]);
    const answers = await Promise.all(
      ['reject', 'enqueue', 'interrupt'].map((onConflict) =>
        runTurn(client, id, message, { key: 'k', onConflict }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    expect(runs()).toBe(1);
  });

  it('is followed while it runs, and streamed again when it has ended', async () => {
    const message = script(['count', { to: 20, everyMs: 20 }]);
    const first = await openTurn(client, id, message, { key: 'k' });
    await until(() => first.said !== '');
    const second = await openTurn(client, id, message, { key: 'k' });
    expect(second.response.headers['idempotency-replayed']).toBe('true');
    await until(() => first.ended === 'ended' && second.ended === 'ended');
    expect(second.events).toEqual(first.events);
    const third = await openTurn(client, id, message, { key: 'k' });
    await until(() => third.ended === 'ended');
    expect(third.events).toEqual(first.events);
    // When its events are gone, the stream is made of the stored messages.
    for (const text of ['another', 'and another']) await runTurn(client, id, text);
    const fourth = await openTurn(client, id, message, { key: 'k' });
    await until(() => fourth.ended === 'ended');
    expect(fourth.said).toBe(first.said);
    expect(fourth.chunks[0]).toEqual(first.chunks[0]);
    expect(fourth.types.at(-1)).toBe('finish');
    expect(fourth.lastSeq).toBe(0);
    expect(runs()).toBe(3);
  });

  it('fails again without running again', async () => {
    const message = script(['throw', 'x']);
    const first = await runTurn(client, id, message, { key: 'k' });
    const again = await runTurn(client, id, message, { key: 'k' });
    for (const answer of [first, again]) expectProblem(answer, 502);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(runs()).toBe(1);
    const { body } = await client.get(`${CONVERSATIONS}/${id}`);
    expect(body.messageCount).toBe(1);
  });

  it('refuses another request', async () => {
    await runTurn(client, id, 'a', { key: 'k' });
    const other = await runTurn(client, id, 'b', { key: 'k' });
    expectProblem(other, 422);
    const path = `${CONVERSATIONS}/${id}/messages`;
    const append = { messages: [{ content: 'a' }] };
    expectProblem(await client.post(path, append, { 'Idempotency-Key': 'k' }), 422);
  });
});
