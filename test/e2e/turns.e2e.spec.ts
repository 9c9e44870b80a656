import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  convertToModelMessages,
  DefaultChatTransport,
  readUIMessageStream,
  type UIMessage,
} from 'ai';
import { CONVERSATIONS, type ApiClient, type MessageBody } from '../support/api-client.js';
import { expectErrors, expectProblem } from '../support/expect-problem.js';
import { until } from '../support/redis-server.js';
import { ScriptedOrchestrator } from '../support/scripted-orchestrator.mjs';
import type { TestService } from '../support/service.js';
import {
  aConversation,
  followTurn,
  openTurn,
  runTurn,
  script,
  startTurnService,
  turnsOf,
} from '../support/turns.js';

const PARTS = [
  { type: 'reasoning', text: 'Let me think.' },
  { type: 'tool-search', toolCallId: 'c', state: 'input-available', input: { q: 'x' } },
  { type: 'tool-search', toolCallId: 'c', state: 'output-available', input: { q: 'x' }, output: 1 },
  { type: 'source-url', sourceId: 's', url: 'https://example.com', title: 'Example' },
  { type: 'file', mediaType: 'text/plain', url: 'https://example.com/a' },
  { type: 'data-progress', id: 'p', data: { percent: 50 } },
  { type: 'data-progress', id: 'p', data: { percent: 100 } },
] as const;

describe.each(['memory', 'redis'] as const)('turns over REST, in %s', (driver) => {
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
    return (await client.get(`${CONVERSATIONS}/${id}/messages`)).body.data;
  }

  describe('POST …/turns', () => {
    it('answers the messages when the turn has ended', async () => {
      const { status, headers, body } = await runTurn(client, id, 'hi');
      expect(status).toBe(201);
      expect(body.messages).toMatchObject([
        { seq: 1, role: 'user', parts: [{ type: 'text', text: 'hi' }] },
        { seq: 2, role: 'assistant', parts: [{ type: 'text', text: 'You said: hi' }] },
      ]);
      expect(Object.keys(body)).toEqual(['turnId', 'messages']);
      expect(headers.get('location')).toBe(`${turnsOf(id)}/${body.turnId}/stream`);
      expect(headers.get('etag')).toBe('"3"');
      expect(await stored()).toEqual(body.messages);
    });

    it('holds no slot while it runs', async () => {
      const narrow = await startTurnService(driver, { MAX_CONCURRENT_REQUESTS: '1' });
      try {
        const other = narrow.client();
        const busy = await aConversation(other);
        const answer = runTurn(other, busy, script(['untilAborted']));
        const running = (): { turnId: string } | undefined =>
          ScriptedOrchestrator.turns.find(({ conversation }) => conversation.id === busy);
        await until(() => running() !== undefined);
        // If the turn held the only slot, no other request would get one.
        expect((await other.get(CONVERSATIONS)).status).toBe(200);
        await other.post(`${turnsOf(busy)}/${running()?.turnId}/cancel`, undefined);
        expect((await answer).status).toBe(201);
      } finally {
        await narrow.close();
      }
    });

    it('streams the chunks of the AI SDK, numbered, and then says that it is done', async () => {
      const stream = await openTurn(client, id, script(['say', 'Hello, '], ['say', 'world']));
      await until(() => stream.ended === 'ended');
      expect(stream.status).toBe(200);
      expect(stream.response.headers).toMatchObject({
        'content-type': 'text/event-stream',
        'x-vercel-ai-ui-message-stream': 'v1',
        'x-accel-buffering': 'no',
        'cache-control': 'no-cache, no-transform',
      });
      expect(stream.said).toBe('Hello, world');
      expect(new Set(stream.types)).toEqual(
        new Set(['start', 'text-start', 'text-delta', 'text-end', 'finish']),
      );
      expect(stream.events.at(-1)).toEqual({ seq: undefined, chunk: undefined });
      const seqs = stream.events.slice(0, -1).map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, i) => i + 1));
      const [question, answer] = await stored();
      expect(stream.chunks[0]).toEqual({
        type: 'start',
        messageId: answer?.id,
        messageMetadata: { turnId: stream.turnId, userSeq: question?.seq },
      });
    });

    it('is what useChat expects: a message of parts, the same as the one that is stored', async () => {
      const steps = PARTS.map((part) => ['part', part] as const);
      const text = script(['say', 'First, '], ['say', 'then'], ...steps, ['say', 'last']);
      const transport = new DefaultChatTransport<UIMessage>({
        api: service.url + turnsOf(id),
        headers: { Authorization: `Bearer ${client.token}`, Accept: 'text/event-stream' },
        prepareSendMessagesRequest: ({ messages }) => ({ body: { message: messages.at(-1) } }),
        prepareReconnectToStreamRequest: () => ({
          api: `${service.url}${turnsOf(id)}/current/stream`,
        }),
      });
      const chunks = await transport.sendMessages({
        chatId: id,
        messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text }] }],
        trigger: 'submit-message',
        messageId: undefined,
        abortSignal: undefined,
      });
      let streamed: UIMessage | undefined;
      for await (const message of readUIMessageStream({ stream: chunks, terminateOnError: true })) {
        streamed = message;
      }
      const [question, answer] = await stored();
      expect(question?.id).not.toBe('m');
      const { id: messageId, role, parts, metadata } = answer as MessageBody;
      expect(streamed).toEqual({ id: messageId, role, parts, metadata });
      expect(streamed?.parts).toHaveLength(7);
      expect(await transport.reconnectToStream({ chatId: id })).toBeNull();
    });

    it('stores a part that the AI SDK does not know, and does not store a transient one', async () => {
      const card = { type: 'adaptive-card', body: [1] };
      const transient = { type: 'data-note', data: 1, transient: true };
      const stream = await openTurn(client, id, script(['part', card], ['part', transient]));
      await until(() => stream.ended === 'ended');
      expect(stream.types).toEqual(['start', 'data-note', 'finish']);
      expect((await stored())[1]?.parts).toEqual([card]);
    });

    it('shows the orchestrator what was said before, and what it left', async () => {
      await runTurn(client, id, script(['say', 'one']));
      const { body } = await runTurn(client, id, script(['recall']));
      expect(body.messages[1]?.parts[0]?.['text']).toMatch(/^\[\["say","one"\]\] \| one$/);
      const last = ScriptedOrchestrator.turns.at(-1);
      expect(last).toMatchObject({
        turnId: body.turnId,
        conversation: { id },
        userMessage: { seq: 3 },
        state: { value: null, version: 0 },
      });
    });

    it('gives the orchestrator messages that the AI SDK takes', async () => {
      const agent = service.client({ sub: 'agent', roles: ['Conversations.Service'] });
      id = await aConversation(agent);
      const messages = (['system', 'user', 'assistant', 'tool'] as const).map((role) => ({
        role,
        content: role,
      }));
      await agent.post(`${CONVERSATIONS}/${id}/messages`, { messages });
      await runTurn(agent, id, script(['say', 'a']));
      const turn = ScriptedOrchestrator.turns.at(-1);
      const roles = ['system', 'user', 'assistant', 'assistant', 'user'];
      expect(turn?.messages.map(({ role }) => role)).toEqual(roles);
      expect(turn?.messages).toEqual([...(turn?.history ?? []), turn?.userMessage]);
      expect(await convertToModelMessages(turn?.messages ?? [])).toHaveLength(5);
    });

    it('stores the working state between turns, and shows it in no answer', async () => {
      const first = await runTurn(client, id, script(['state', { secret: 'x' }]));
      const second = await runTurn(client, id, script(['increment']));
      const third = await runTurn(client, id, script(['increment']));
      expect(third.body.messages[1]?.parts).toEqual([{ type: 'text', text: '2', state: 'done' }]);
      const stream = await followTurn(client, id, third.body.turnId);
      await until(() => stream.ended === 'ended');
      const read = await client.get(`${CONVERSATIONS}/${id}`);
      const listed = await client.get(CONVERSATIONS);
      const exported = await client.get(`${CONVERSATIONS}/export`);
      const answers = [first, second, third, stream, read, listed, exported];
      for (const { text } of answers)
        expect(text).not.toMatch(/"(count|stateVersion)"|"state":(?!"done")/);
    });

    it('changes the status of the conversation when it has completed', async () => {
      const { status } = await runTurn(client, id, script(['status', 'completed'], ['say', 'bye']));
      expect(status).toBe(201);
      expect((await client.get(`${CONVERSATIONS}/${id}`)).body.status).toBe('completed');
      const next = await runTurn(client, id, 'more');
      expectProblem(next, 409);
      expect(next.body.type).toBe('/problems/conversation-closed');
    });

    it('takes other roles than user from the service alone', async () => {
      const message = { role: 'assistant', content: 'hi' };
      expectProblem(await client.post(turnsOf(id), { message }), 403);
      expect(await stored()).toEqual([]);
    });

    it.each([
      [{}, 'message'],
      [{ message: {} }, 'message.content'],
      [{ message: { id: 7, content: 'x' } }, 'message.id'],
      [{ message: 'x', onConflict: 'maybe' }, 'onConflict'],
      [{ message: 'x', turnId: 'x' }, 'turnId'],
    ])('refuses %j', async (body, field) => {
      expectErrors(await client.post(turnsOf(id), body), field);
    });
  });

  describe('a turn that goes wrong', () => {
    it.each([
      ['throws', script(['say', 'a'], ['throw', 'the secret reason'])],
      ['yields something that is not an output', script(['say', 'a'], ['output', 7])],
      ['yields nothing', script(['say', 'a'], ['output', null])],
      ['yields a part without a type', script(['part', { text: 'a' }])],
      ['yields a part that is not whole', script(['part', { type: 'file' }])],
      ['yields half a surrogate pair', script(['say', '\udc00'])],
      ['yields NUL', script(['part', { type: 'data-x', data: '\u0000' }])],
      ['yields an unknown status', script(['status', 'gone'])],
      ['yields too large a state', script(['stateOf', 300_000])],
      ['yields an error chunk', script(['output', { type: 'error', errorText: 'the secret' }])],
      ['yields a chunk of an unknown type', script(['output', { type: 'text-middle', id: '1' }])],
      ['yields a chunk without its id', script(['output', { type: 'text-start' }])],
      [
        'yields text that never began',
        script(['output', { type: 'text-delta', id: '1', delta: 'a' }]),
      ],
      ['never stops talking', script(['babble', 'x'.repeat(1_000)])],
    ])('ends with a problem when the orchestrator %s; the message stays', async (_, text) => {
      const answer = await runTurn(client, id, text);
      expectProblem(answer, 502);
      expect(answer.body.type).toBe('/problems/turn-failed');
      expect(answer.text).not.toContain('secret');
      expect((await stored()).map(({ role }) => role)).toEqual(['user']);
      expect((await runTurn(client, id, 'again')).status).toBe(201);
    });
  });
});
