import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS, type ApiClient, type MessageBody } from '../support/api-client.js';
import { expectProblem } from '../support/expect-problem.js';
import { until } from '../support/redis-server.js';
import { ScriptedOrchestrator } from '../support/scripted-orchestrator.mjs';
import type { TestService } from '../support/service.js';
import {
  aConversation,
  openTurn,
  runTurn,
  script,
  startTurnService,
  turnsOf,
} from '../support/turns.js';

const CUT_SHORT = script(['say', 'So far'], ['untilAborted']);

describe.each(['memory', 'redis'] as const)('one turn at a time, in %s', (driver) => {
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

  async function stored(): Promise<readonly MessageBody[]> {
    return (await client.get(`${CONVERSATIONS}/${id}/messages?limit=200`)).body.data;
  }

  async function texts(): Promise<unknown[]> {
    return (await stored()).map(({ parts }) => parts[0]?.['text']);
  }

  function cancel(turnId: string): ReturnType<ApiClient['post']> {
    return client.post(`${turnsOf(id)}/${turnId}/cancel`, undefined);
  }

  describe('while one runs', () => {
    it('rejects another by default, and stores nothing of the other', async () => {
      const running = await openTurn(client, id, CUT_SHORT);
      const other = await runTurn(client, id, 'me too');
      expectProblem(other, 409);
      expect(other.body.type).toBe('/problems/turn-conflict');
      await cancel(running.turnId);
      await until(() => running.ended === 'ended');
      expect(await texts()).toEqual([CUT_SHORT, 'So far']);
    });

    it('lets others wait, first come, first served', async () => {
      const first = await openTurn(client, id, script(['count', { to: 20, everyMs: 10 }]));
      await until(() => first.said !== '');
      const waiting = ['second', 'third', 'fourth'].map(async (text) => {
        const answer = await runTurn(client, id, text, { onConflict: 'enqueue' });
        expect(answer.status).toBe(201);
      });
      await Promise.all(waiting);
      const said = await texts();
      expect(said).toHaveLength(8);
      for (const text of ['second', 'third', 'fourth']) {
        expect(said[said.indexOf(text) + 1]).toBe(`You said: ${text}`);
      }
    });

    it('lets another interrupt it, and stores its partial reply, marked', async () => {
      const running = await openTurn(client, id, CUT_SHORT);
      await until(() => running.said !== '');
      const { status, body } = await runTurn(client, id, 'stop', { onConflict: 'interrupt' });
      expect(status).toBe(201);
      expect(await texts()).toEqual([CUT_SHORT, 'So far', 'stop', 'You said: stop']);
      const [, partial, , whole] = await stored();
      expect(partial?.metadata).toEqual({
        turnId: running.turnId,
        userSeq: 1,
        cancelled: true,
      });
      expect(whole?.metadata).toEqual({ turnId: body.turnId, userSeq: 3 });
    });

    it('runs 20 of them one after the other', async () => {
      const before = ScriptedOrchestrator.turns.length;
      const answers = await Promise.all(
        Array.from({ length: 20 }, () =>
          runTurn(client, id, script(['increment']), { onConflict: 'enqueue' }),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
      const counts = answers.map(({ body }) => Number(body.messages[1]?.parts[0]?.['text']));
      expect([...counts].sort((a, b) => a - b)).toEqual(counts.map((_, i) => i + 1));
      expect(ScriptedOrchestrator.turns.length - before).toBe(20);
    });

    it('lets no turn wait longer than TURN_WAIT_MS', async () => {
      const impatient = await startTurnService(driver, { TURN_WAIT_MS: '300' });
      try {
        const me = impatient.client();
        const conversation = await aConversation(me);
        const running = await openTurn(me, conversation, CUT_SHORT);
        const late = await runTurn(me, conversation, 'late', { onConflict: 'enqueue' });
        expectProblem(late, 409);
        expect(late.body.type).toBe('/problems/turn-conflict');
        await me.post(`${turnsOf(conversation)}/${running.turnId}/cancel`, undefined);
        await until(() => running.ended === 'ended');
        // The late turn has left the queue: no turn waits before the next one.
        expect((await runTurn(me, conversation, 'next')).status).toBe(201);
      } finally {
        await impatient.close();
      }
    });
  });

  describe('POST …/cancel', () => {
    it('ends the turn with what it has said so far', async () => {
      const stream = await openTurn(client, id, CUT_SHORT);
      await until(() => stream.said === 'So far');
      const { status, text } = await cancel(stream.turnId);
      expect([status, text]).toEqual([202, '']);
      await until(() => stream.ended === 'ended');
      expect(stream.types.slice(-3)).toEqual(['text-end', 'message-metadata', 'abort']);
      expect((await stored())[1]).toMatchObject({
        role: 'assistant',
        parts: [{ type: 'text', text: 'So far' }],
        metadata: { turnId: stream.turnId, userSeq: 1, cancelled: true },
      });
      expect(ScriptedOrchestrator.aborted).toContain(stream.turnId);
      expect((await cancel(stream.turnId)).status).toBe(202);
    });

    it('ends one that does not listen, and stores nothing when nothing was said', async () => {
      const answer = runTurn(client, id, script(['hang']));
      const current = `${turnsOf(id)}/current/stream`;
      await until(() => ScriptedOrchestrator.turns.at(-1)?.conversation.id === id);
      const { turnId = '' } = ScriptedOrchestrator.turns.at(-1) ?? {};
      await cancel(turnId);
      const { status, body } = await answer;
      expect([status, body.turnId, body.messages.length]).toEqual([201, turnId, 1]);
      expect((await client.get(current)).status).toBe(204);
      expect(await stored()).toHaveLength(1);
    });

    it('says that there is no such turn', async () => {
      const answer = await cancel('01890a5d-ac96-774b-bcce-b302099a8057');
      expectProblem(answer, 404);
      expect(answer.body.type).toBe('/problems/turn-not-found');
    });
  });

  it('goes on when its client goes away', async () => {
    const stream = await openTurn(client, id, script(['count', { to: 10, everyMs: 20 }]));
    await until(() => stream.said !== '');
    stream.leave();
    await until(async () => (await stored()).length === 2);
    expect((await texts())[1]).toBe('1 2 3 4 5 6 7 8 9 10 ');
  });

  it('ends one that takes too long, whatever it does', async () => {
    const hasty = await startTurnService(driver, { TURN_TIMEOUT_MS: '1000' });
    try {
      const me = hasty.client();
      const conversation = await aConversation(me);
      const stream = await openTurn(me, conversation, script(['say', 'a'], ['hang']));
      await until(() => stream.ended === 'ended');
      expect(stream.chunks.at(-1)).toMatchObject({
        type: 'error',
        errorText: 'The turn has failed.',
        problem: { type: '/problems/turn-failed', status: 502 },
      });
      expect((await runTurn(me, conversation, 'next')).status).toBe(201);
      const empty = await openTurn(me, conversation, script(['babble', '']));
      await until(() => empty.ended === 'ended');
      expect(empty.types).toEqual(['start', 'error']);
    } finally {
      await hasty.close();
    }
  });
});

describe('without an orchestrator', () => {
  it('a turn stores the message and answers with it alone', async () => {
    const { startService } = await import('../support/service.js');
    const service = await startService();
    try {
      const client = service.client();
      const id = await aConversation(client);
      const { status, body } = await runTurn(client, id, 'hi');
      expect(status).toBe(201);
      expect(body.messages).toMatchObject([{ seq: 1, role: 'user' }]);
      const stream = await openTurn(client, id, 'hi again');
      await until(() => stream.ended === 'ended');
      expect(stream.types).toEqual(['finish']);
    } finally {
      await service.close();
    }
  });
});
