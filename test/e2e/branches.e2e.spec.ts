import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CONVERSATIONS,
  type ApiClient,
  type ApiResponse,
  type MessageBody,
} from '../support/api-client.js';
import { expectErrors, expectProblem } from '../support/expect-problem.js';
import { until } from '../support/redis-server.js';
import type { TestService } from '../support/service.js';
import {
  aConversation,
  openTurn,
  runTurn,
  script,
  startTurnService,
  turnsOf,
} from '../support/turns.js';

const CALL = {
  type: 'tool-locate',
  toolCallId: 'call-1',
  state: 'input-available',
  input: { precise: true },
};
const APPROVAL = {
  type: 'tool-pay',
  toolCallId: 'call-2',
  state: 'approval-requested',
  input: { amount: 5 },
  approval: { id: 'approval-1' },
};

describe.each(['memory', 'redis'] as const)('branches over REST, in %s', (driver) => {
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

  async function shown(query = ''): Promise<readonly MessageBody[]> {
    const { status, body } = await client.get(`${CONVERSATIONS}/${id}/messages?limit=200${query}`);
    expect(status).toBe(200);
    return body.data;
  }

  async function texts(query = ''): Promise<unknown[]> {
    return (await shown(query)).map(({ parts }) => parts[0]?.['text']);
  }

  describe('an edited message', () => {
    it('begins a branch, and the former one is still there', async () => {
      await runTurn(client, id, 'hi');
      await runTurn(client, id, 'and?');
      const edited = await client.post(turnsOf(id), { message: 'or?', parentSeq: 2 });
      expect(edited.body.messages).toMatchObject([
        { seq: 5, parentSeq: 2, siblings: [3, 5] },
        { seq: 6, role: 'assistant' },
      ]);
      expect(await texts()).toEqual(['hi', 'You said: hi', 'or?', 'You said: or?']);
      expect(await texts('&leaf=4')).toEqual(['hi', 'You said: hi', 'and?', 'You said: and?']);
      expect(await texts('&leaf=all')).toHaveLength(6);
      const page = await client.get(`${CONVERSATIONS}/${id}/messages?limit=2&leaf=4`);
      expect(page.body).toMatchObject({
        leafSeq: 4,
        hasMore: true,
        data: [{ seq: 3 }, { seq: 4 }],
      });
    });

    it('can be appended without a turn', async () => {
      const messages = [{ content: 'a' }, { content: 'b' }];
      await client.post(`${CONVERSATIONS}/${id}/messages`, { messages });
      const appended = await client.post(`${CONVERSATIONS}/${id}/messages`, {
        messages,
        parentSeq: 0,
      });
      expect(appended.body.data).toMatchObject([
        { seq: 3, parentSeq: 0, siblings: [1, 3] },
        { seq: 4 },
      ]);
      expect(appended.body.conversation).toMatchObject({ messageCount: 4, leafSeq: 4 });
    });
  });

  describe('a message that is answered again', () => {
    it('has both answers as alternatives', async () => {
      await runTurn(client, id, 'hi');
      const again = await client.post(turnsOf(id), { regenerate: 1 });
      expect(again.status).toBe(201);
      expect(again.body.messages).toMatchObject([
        { seq: 1, role: 'user' },
        { seq: 3, role: 'assistant', parentSeq: 1, siblings: [2, 3] },
      ]);
      expect(await shown()).toEqual(again.body.messages);
      const switched = await client.patch(`${CONVERSATIONS}/${id}`, { leafSeq: 2 });
      expect(switched.body).toMatchObject({ leafSeq: 2, messageCount: 3, version: 6 });
      expect((await shown()).map(({ seq }) => seq)).toEqual([1, 2]);
    });

    it('is answered without what was said since', async () => {
      await runTurn(client, id, 'hi');
      await runTurn(client, id, 'more');
      const asked = await runTurn(client, id, script(['recall']));
      expect(asked.status).toBe(201);
      await client.post(turnsOf(id), { regenerate: 1 });
      const history = await client.post(turnsOf(id), { message: script(['recall']) });
      const [, answer] = history.body.messages;
      expect(answer?.parts[0]?.['text']).toBe('hi | You said: hi');
    });

    it('is repeated under its idempotency key', async () => {
      await runTurn(client, id, 'hi');
      const headers = { 'Idempotency-Key': 'again' };
      const first = await client.post(turnsOf(id), { regenerate: 1 }, headers);
      const second = await client.post(turnsOf(id), { regenerate: 1 }, headers);
      expect(second.body).toEqual(first.body);
      expect(second.headers.get('idempotency-replayed')).toBe('true');
      expectRefusal(
        await client.post(turnsOf(id), { regenerate: 9 }, headers),
        404,
        'message-not-found',
      );
    });

    it('must be one of the user', async () => {
      await runTurn(client, id, 'hi');
      expectErrors(await client.post(turnsOf(id), { regenerate: 2 }), 'regenerate');
    });
  });

  describe('a message of the assistant that waits for its client', () => {
    /** The seq of the message of the assistant. */
    async function waiting(...parts: unknown[]): Promise<number> {
      const { body } = await runTurn(
        client,
        id,
        script(...parts.map((part) => ['part', part] as const)),
      );
      expect(body.messages).toHaveLength(2);
      return body.messages[1]?.seq ?? NaN;
    }

    it('goes on with the results of its tools', async () => {
      const seq = await waiting(CALL);
      const toolResults = [{ toolCallId: 'call-1', output: { city: 'Zürich' } }];
      const { status, body } = await client.post(turnsOf(id), { continue: { seq, toolResults } });
      expect(status).toBe(201);
      const messages = await shown();
      expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
      expect(messages[1]).toMatchObject({
        parentSeq: 1,
        supersedes: 3,
        parts: [
          { ...CALL, state: 'output-available', output: { city: 'Zürich' } },
          { type: 'text' },
        ],
      });
      expect(body.messages.at(-1)).toEqual(messages[1]);
      expect(await shown('&leaf=all')).toHaveLength(4);
    });

    it('goes on with an approval that is granted or denied, and with an error of a tool', async () => {
      const seq = await waiting(CALL, APPROVAL);
      const { status } = await client.post(turnsOf(id), {
        continue: {
          seq,
          toolResults: [{ toolCallId: 'call-1', errorText: 'no signal' }],
          approvals: [{ id: 'approval-1', approved: false, reason: 'too much' }],
        },
      });
      expect(status).toBe(201);
      expect((await shown())[1]?.parts.slice(0, 2)).toEqual([
        { ...CALL, state: 'output-error', errorText: 'no signal' },
        {
          ...APPROVAL,
          state: 'approval-responded',
          approval: { id: 'approval-1', approved: false, reason: 'too much' },
        },
      ]);
    });

    it('goes on once: the same results are answered as before, and others are refused', async () => {
      const seq = await waiting(CALL);
      const request = (output: unknown) => ({
        continue: { seq, toolResults: [{ toolCallId: 'call-1', output }] },
      });
      const first = await client.post(turnsOf(id), request(1));
      const again = await client.post(turnsOf(id), request(1));
      expect(again.body).toEqual(first.body);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expectRefusal(await client.post(turnsOf(id), request(2)), 409, 'message-superseded');
      expect(await shown('&leaf=all')).toHaveLength(4);
    });

    it('takes a result of each call that waits, and of no other', async () => {
      const seq = await waiting(CALL, APPROVAL);
      const send = (more: object) => client.post(turnsOf(id), { continue: { seq, ...more } });
      const result = { toolCallId: 'call-1', output: 1 };
      const approvals = [{ id: 'approval-1', approved: true }];
      expectErrors(await send({}), 'continue.toolResults');
      expectErrors(await send({ toolResults: [result] }), 'continue.approvals');
      expectErrors(
        await send({ toolResults: [result, result], approvals }),
        'continue.toolResults',
      );
      const stray = { toolCallId: 'call-9', output: 1 };
      expectErrors(
        await send({ toolResults: [result, stray], approvals }),
        'continue.toolResults.1.toolCallId',
      );
      expectErrors(
        await send({
          toolResults: [result],
          approvals: [...approvals, { id: 'x', approved: true }],
        }),
        'continue.approvals.1.id',
      );
      expectErrors(
        await client.post(turnsOf(id), { continue: { seq: 1, toolResults: [result] } }),
        'continue.seq',
      );
      expectRefusal(
        await client.post(turnsOf(id), { continue: { seq: 9 } }),
        404,
        'message-not-found',
      );
      const stranger = service.client({ sub: 'somebody-else', tid: 'contoso' });
      const strange = await stranger.post(turnsOf(id), {
        continue: { seq, toolResults: [result] },
      });
      expectRefusal(strange, 404, 'conversation-not-found');
      expect(await shown('&leaf=all')).toHaveLength(2);
    });

    it('does not go on while another turn runs', async () => {
      const seq = await waiting(CALL);
      const running = await openTurn(client, id, script(['untilAborted']));
      const toolResults = [{ toolCallId: 'call-1', output: 1 }];
      const refused = await client.post(turnsOf(id), { continue: { seq, toolResults } });
      expectRefusal(refused, 409, 'turn-conflict');
      await client.post(`${turnsOf(id)}/${running.turnId}/cancel`, undefined);
      await until(() => running.isDone);
    });

    it('does not grow without bound', async () => {
      const calls = Array.from({ length: 17 }, (_, i) => ({ ...CALL, toolCallId: `call-${i}` }));
      const parts = [{ type: 'text', text: 'x'.repeat(60_000) }, ...calls];
      client = service.client({ roles: ['Conversations.Service'] });
      id = await aConversation(client);
      const path = `${CONVERSATIONS}/${id}/messages`;
      await client.post(path, { messages: [{ role: 'assistant', parts }] });
      const send = (bytes: number) => {
        const toolResults = calls.map(({ toolCallId }) => ({
          toolCallId,
          output: 'x'.repeat(bytes),
        }));
        return client.post(turnsOf(id), { continue: { seq: 1, toolResults } });
      };
      expectErrors(await send(59_000), 'continue.seq');
      expect(await shown('&leaf=all')).toHaveLength(1);
      expect((await send(50_000)).status).toBe(201);
    });

    it('goes on again without results, from the message that has them', async () => {
      const seq = await waiting(CALL);
      const toolResults = [{ toolCallId: 'call-1', output: 1 }];
      const first = await client.post(turnsOf(id), { continue: { seq, toolResults } });
      expect(first.status).toBe(201);
      const { body } = await client.post(turnsOf(id), { continue: { seq: 4 } });
      expect(body.messages.at(-1)).toMatchObject({ seq: 6, supersedes: 5 });
      expect(await shown()).toHaveLength(2);
    });
  });

  describe('bad input', () => {
    it.each([
      [{}, 'message'],
      [{ message: 'a', regenerate: 1 }, 'regenerate'],
      [{ message: 'a', continue: { seq: 1 } }, 'continue'],
      [{ regenerate: 1, continue: { seq: 1 } }, 'continue'],
      [{ regenerate: 1, parentSeq: 1 }, 'parentSeq'],
      [{ regenerate: 0 }, 'regenerate'],
      [{ regenerate: '1' }, 'regenerate'],
      [{ message: 'a', parentSeq: -1 }, 'parentSeq'],
      [{ message: 'a', parentSeq: 1.5 }, 'parentSeq'],
      [{ continue: {} }, 'continue.seq'],
      [{ continue: { seq: 1, toolResults: {} } }, 'continue.toolResults'],
      [
        { continue: { seq: 1, toolResults: [{ toolCallId: 'a' }] } },
        'continue.toolResults.0.output',
      ],
      [
        { continue: { seq: 1, approvals: [{ id: 'a', approved: 'yes' }] } },
        'continue.approvals.0.approved',
      ],
    ])('%j is refused for %s', async (body, field) => {
      const { status, body: problem } = await client.post(turnsOf(id), body);
      expect(status).toBe(400);
      expect(problem.errors.map((error) => error.field)).toContain(field);
    });

    it.each(['leaf=0', 'leaf=every', 'leaf=1e1', 'leaf=-1', 'leaf=1&leaf=2'])(
      '%s',
      async (query) => {
        expectErrors(await client.get(`${CONVERSATIONS}/${id}/messages?${query}`), 'leaf');
      },
    );

    it('of a branch that there is not is 404', async () => {
      const path = `${CONVERSATIONS}/${id}`;
      expectRefusal(await client.get(`${path}/messages?leaf=3`), 404, 'message-not-found');
      expectRefusal(await client.get(`${path}?leaf=3`), 404, 'message-not-found');
      expectRefusal(await client.patch(path, { leafSeq: 3 }), 404, 'message-not-found');
      const messages = [{ content: 'a' }];
      expectRefusal(
        await client.post(`${path}/messages`, { messages, parentSeq: 3 }),
        404,
        'message-not-found',
      );
    });

    it('a user supersedes no message by an append', async () => {
      const messages = [{ content: 'a' }];
      const path = `${CONVERSATIONS}/${id}/messages`;
      await client.post(path, { messages });
      expect((await client.post(path, { messages, supersedes: 1 })).status).toBe(403);
    });
  });
});

function expectRefusal(response: ApiResponse, status: number, code: string): void {
  expectProblem(response, status);
  expect(response.body.type).toBe(`/problems/${code}`);
}
