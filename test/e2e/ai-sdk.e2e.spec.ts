import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AI_SDKS, type AiSdk, type SentChunk } from '../support/ai-sdks.js';
import {
  Ai6Orchestrator,
  Ai7Orchestrator,
  aiScript,
  Mixed6Orchestrator,
  Mixed7Orchestrator,
} from '../support/ai-orchestrators.js';
import { CONVERSATIONS, type ApiClient, type MessageBody } from '../support/api-client.js';
import type { EventStream } from '../support/event-stream.js';
import { expectProblem } from '../support/expect-problem.js';
import {
  calls,
  cites,
  providerSearches,
  says,
  startsCall,
  stops,
  thinks,
  type ModelStep,
} from '../support/model-parts.js';
import { redisOptions } from '../support/redis-store.js';
import { until } from '../support/redis-server.js';
import { startService, type TestService } from '../support/service.js';
import { aConversation, followTurn, openTurn, runTurn, turnsOf } from '../support/turns.js';

const [ai6, ai7] = AI_SDKS as [AiSdk, AiSdk];

const SEARCH: readonly ModelStep[] = [
  [...says('0', 'I look.'), ...calls('c', 'search', { q: 'Redis' }), stops('tool-calls')],
  [...says('0', 'Found.'), stops()],
];

/** What the model says, and the parts that come of it. */
const ANSWERS: readonly (readonly [name: string, parts: string, steps: readonly ModelStep[]])[] = [
  ['text', 'text:done', [[...says('0', 'Hello, ', 'world'), stops()]]],
  [
    'reasoning, text and a source',
    'reasoning:done text:done source-url',
    [[...thinks('r', 'Let me ', 'think.'), ...says('0', 'So.'), cites('s'), stops()]],
  ],
  [
    'a tool that answers bit by bit, and a second step',
    'text:done tool-search:output-available step-start text:done',
    SEARCH,
  ],
  [
    'a dynamic tool that fails',
    'dynamic-tool:output-error step-start text:done',
    [
      [...calls('c', 'weather', { q: 'here' }), stops('tool-calls')],
      [...says('0', 'No weather.'), stops()],
    ],
  ],
  [
    'input that a tool does not accept',
    'tool-strict:output-error step-start text:done',
    [
      [...calls('c', 'strict', { q: 'x' }), stops('tool-calls')],
      [...says('0', 'Sorry.'), stops()],
    ],
  ],
  [
    'a tool that nobody has',
    'tool-unheard-of:output-error step-start text:done',
    [
      [...calls('c', 'unheard-of', { q: 'x' }), stops('tool-calls')],
      [...says('0', 'Sorry.'), stops()],
    ],
  ],
  [
    'a tool that asks first',
    'tool-remove:approval-requested',
    [[...calls('c', 'remove', { q: 'all' }), stops('tool-calls')]],
  ],
  [
    'a tool of the client',
    'tool-locate:input-available',
    [[...calls('c', 'locate', { q: 'me' }), stops('tool-calls')]],
  ],
  [
    'a tool of the provider, with its result',
    'tool-search:output-available text:done',
    [[...providerSearches('c'), ...says('0', 'Done.'), stops()]],
  ],
];

describe.each([
  { sdk: ai6, orchestrator: Ai6Orchestrator, mixed: Mixed6Orchestrator },
  { sdk: ai7, orchestrator: Ai7Orchestrator, mixed: Mixed7Orchestrator },
])('an orchestrator of one streamText, $sdk.name', ({ sdk, orchestrator, mixed }) => {
  let service: TestService;
  let client: ApiClient;
  let id: string;

  beforeAll(async () => {
    service = await start(orchestrator);
  });
  beforeEach(async () => {
    client = service.client();
    id = await aConversation(client);
  });
  afterAll(() => service.close());

  function start(of: typeof orchestrator | typeof mixed): Promise<TestService> {
    return startService({ orchestrator: of, store: { driver: 'redis', ...redisOptions() } });
  }

  async function stored(): Promise<readonly MessageBody[]> {
    return (await client.get(`${CONVERSATIONS}/${id}/messages`)).body.data;
  }

  /** The message that a client assembles is what a read gives. */
  async function expectSame(stream: EventStream): Promise<MessageBody> {
    await until(() => stream.ended === 'ended');
    const { id: messageId, role, parts, metadata } = (await stored()).at(-1) as MessageBody;
    const message = { id: messageId, role, parts, metadata };
    expect(await sdk.assemble(stream.chunks as unknown as readonly SentChunk[])).toEqual(message);
    expect(await sdk.invalidity(message)).toBeUndefined();
    return { ...message, seq: 2, createdAt: '' };
  }

  it.each(ANSWERS)('streams and stores %s', async (_, expected, steps) => {
    aiScript.set(...steps);
    const stream = await openTurn(client, id, 'hi');
    const message = await expectSame(stream);
    const last = stream.chunks.at(-1);
    const { turnId } = stream;
    const tokens = 13 * steps.length;
    expect(last).toMatchObject({ type: 'finish', messageMetadata: { tokens } });
    expect(steps.at(-1)?.at(-1)).toMatchObject({
      finishReason: { unified: last?.['finishReason'] },
    });
    expect(message.metadata).toEqual({ turnId, userSeq: 1, model: 'mock', tokens });
    const parts = message.parts.map((part) =>
      [part['type'], part['state']].filter(Boolean).join(':'),
    );
    expect(parts.join(' ')).toBe(`step-start file ${expected}`);
    // The turn is the same for a client that comes later.
    expect((await followAll(turnId)).chunks).toEqual(stream.chunks);
  });

  async function followAll(turnId: string): Promise<EventStream> {
    const stream = await followTurn(client, id, turnId);
    await until(() => stream.ended === 'ended');
    return stream;
  }

  it('streams the input of a tool as it comes', async () => {
    aiScript.set([...calls('c', 'search', { q: 'Redis' }), stops('tool-calls')], [stops()]);
    const stream = await openTurn(client, id, 'hi');
    await expectSame(stream);
    const types = stream.types.filter((type) => String(type).startsWith('tool-input'));
    expect(types).toEqual([
      'tool-input-start',
      'tool-input-delta',
      'tool-input-delta',
      'tool-input-available',
    ]);
  });

  it('gives the model all that was said before, with its calls and their results', async () => {
    aiScript.set(...SEARCH);
    await runTurn(client, id, 'first question');
    aiScript.set([...says('0', 'Again.'), stops()]);
    const answer = await runTurn(client, id, 'second question');
    expect(answer.status).toBe(201);
    const [prompt = ''] = aiScript.prompts;
    const order = [
      'first question',
      'I look.',
      '"tool-call"',
      'about Redis',
      'Found.',
      'second question',
    ];
    const places = order.map((text) => prompt.indexOf(text));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it('mixes with outputs of our own, in the order in which they come', async () => {
    const other = await start(mixed);
    try {
      client = other.client();
      id = await aConversation(client);
      aiScript.set([...says('0', 'The words of the model.'), stops()]);
      const stream = await openTurn(client, id, 'hi');
      const { parts } = await expectSame(stream);
      const texts = parts.flatMap(({ type, text }) => (type === 'text' ? [text] : []));
      expect(texts).toEqual(['Our own words. ', 'The words of the model.', 'That is all.']);
      expect(parts.find(({ id: partId }) => partId === 'p')).toMatchObject({ data: 2 });
      expect(stream.types).toContain('data-note');
      expect(parts.map(({ type }) => type)).not.toContain('data-note');
      expect(stream.types.filter((type) => ['start', 'finish'].includes(String(type)))).toEqual([
        'start',
        'finish',
      ]);
    } finally {
      await other.close();
    }
  });

  it.each([
    ['in the middle of a text', says('0', 'a', 'b').slice(0, 2)],
    [
      'in the middle of the input of a tool',
      startsCall('c', 'search', '{"q":"Redis"}').slice(0, 3),
    ],
    ['behind a text', says('0', 'a')],
  ])('stores what a client has when it cancels %s', async (_, said) => {
    aiScript.set(said);
    const stream = await openTurn(client, id, 'hi');
    const last = said.at(-1)?.type === 'tool-input-delta' ? 'tool-input-delta' : 'text-delta';
    await until(() => stream.types.filter((type) => type === last).length > 0);
    await client.post(`${turnsOf(id)}/${stream.turnId}/cancel`, undefined);
    const { metadata } = await expectSame(stream);
    expect(metadata).toMatchObject({ turnId: stream.turnId, userSeq: 1, cancelled: true });
    expect(stream.types.at(-1)).toBe('abort');
  });

  it('ends as a cancelled turn when the answer is aborted, though nobody has cancelled it', async () => {
    const abort = new AbortController();
    aiScript.set(says('0', 'a'));
    aiScript.abort = abort.signal;
    const stream = await openTurn(client, id, 'hi');
    await until(() => stream.types.includes('text-delta'));
    abort.abort();
    const { metadata } = await expectSame(stream);
    expect(metadata).toMatchObject({ cancelled: true });
    expect(stream.chunks.at(-1)).toMatchObject({ type: 'abort' });
    expect((await runTurn(client, id, 'hi')).status).toBe(201);
  });

  it('fails when the model fails in the middle, and says why in the log alone', async () => {
    // Nest logs to the service that started last.
    const other = await start(orchestrator);
    client = other.client();
    id = await aConversation(client);
    aiScript.set([...says('0', 'a'), new Error('no credit')]);
    const stream = await openTurn(client, id, 'hi');
    await until(() => stream.ended === 'ended');
    expect(stream.chunks.at(-1)).toMatchObject({
      type: 'error',
      problem: { type: '/problems/turn-failed' },
    });
    expect(stream.text).not.toMatch(/secret|credit/);
    expect((await stored()).map(({ role }) => role)).toEqual(['user']);
    expectProblem(await runTurn(client, id, 'hi'), 502);
    await other.close();
    const failures = other.logLines().filter((line) => line.includes('has failed'));
    expect(failures).toHaveLength(2);
    for (const line of failures)
      expect(line).toMatch(/^error .*the secret reason: Error: no credit/s);
  });
});
