import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as conventions from '@opentelemetry/semantic-conventions';
import * as incubating from '@opentelemetry/semantic-conventions/incubating';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import type { ReceivedSpan } from '../support/received-span.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { TraceReceiver } from '../support/trace-receiver.js';

const SERVICE = 'test/support/traced-service.mjs';
const CONTENT = 'What nobody else may read';
const USER = 'a-user-of-the-traces';
const TENANT = 'a-tenant-of-the-traces';
const KEY = randomUUID();

const OWN_NAMES = [
  'conversation_store.conversation.id',
  'conversation_store.driver',
  'conversation_store.turn.continues',
  'conversation_store.turn.id',
  'conversation_store.turn.status',
  'conversation_store.unrecorded_operations',
];
const NAMES_OF_CONVENTIONS: ReadonlySet<unknown> = new Set(
  Object.entries({ ...conventions, ...incubating })
    .filter(([constant]) => constant.startsWith('ATTR_'))
    .map(([, name]) => name),
);

let receiver: TraceReceiver;
let service: ServiceProcess | undefined;

beforeAll(async () => {
  receiver = await TraceReceiver.start();
});
afterAll(() => receiver.stop());
afterEach(async () => {
  await service?.stop();
  service = undefined;
  receiver.mode = 'accept';
  receiver.spans.length = 0;
  receiver.requests.length = 0;
});

async function start(variables: Record<string, string> = {}): Promise<ApiClient> {
  service = await ServiceProcess.start(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      ...variables,
    },
    SERVICE,
  );
  return service.client({ sub: USER, tid: TENANT });
}

function childrenOf(spans: readonly ReceivedSpan[], parent: ReceivedSpan): ReceivedSpan[] {
  return spans.filter(({ parentId }) => parentId === parent.spanId);
}

function only(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const found = spans.filter((span) => span.name === name);
  expect([name, found.length]).toEqual([name, 1]);
  return found[0] as ReceivedSpan;
}

async function createConversation(client: ApiClient): Promise<string> {
  const { status, body } = await client.post(CONVERSATIONS, { title: CONTENT });
  expect(status).toBe(201);
  return body.id;
}

async function runTurn(client: ApiClient, id: string, content = CONTENT): Promise<string> {
  const path = `${CONVERSATIONS}/${id}/turns`;
  const key = content === CONTENT ? KEY : randomUUID();
  const { headers } = await client.post(path, { message: content }, { 'Idempotency-Key': key });
  return traceIdOf(headers);
}

function traceIdOf(headers: Headers): string {
  const timing = headers.get('server-timing') ?? '';
  expect(timing).toMatch(/^traceparent;desc="00-[\da-f]{32}-[\da-f]{16}-0[01]"$/);
  return timing.slice('traceparent;desc="00-'.length).slice(0, 32);
}

const DRIVERS = {
  redis: () => ({ REDIS_URL: redisUrl(), REDIS_KEY_PREFIX: `traces-${randomUUID()}:` }),
  postgres: async () => ({ DATABASE_URL: await createSharedDatabase() }),
  tiered: async () => ({
    REDIS_URL: redisUrl(),
    REDIS_KEY_PREFIX: `traces-${randomUUID()}:`,
    DATABASE_URL: await createSharedDatabase(),
  }),
};

function redisUrl(): string {
  return process.env['TEST_REDIS_URL'] ?? '';
}

describe.each(['redis', 'postgres', 'tiered'] as const)('on %s', (driver) => {
  it('a trace leads from the request over the store to its servers, and to the turn', async () => {
    const variables = await DRIVERS[driver]();
    let client = await start(variables);
    const id = await createConversation(client);
    if (driver === 'tiered') {
      await service?.stop();
      // A Redis that has nothing: the turn then needs both servers.
      client = await start({ ...variables, ...DRIVERS.redis() });
      // The first request reads what a new Redis knows, with more commands than a trace records.
      await createConversation(client);
    }
    const traceId = await runTurn(client, id);
    const spans = await receiver.traceWith(`POST ${CONVERSATIONS}/:id/turns`, traceId);

    const request = only(spans, `POST ${CONVERSATIONS}/:id/turns`);
    expect(request).toMatchObject({ parentId: '', kind: 2, status: 0 });
    expect(request.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': `${CONVERSATIONS}/:id/turns`,
      'http.response.status_code': 201,
      'url.path': `${CONVERSATIONS}/${id}/turns`,
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(client.url).port),
    });
    expect(request.resource).toMatchObject({ 'service.name': 'conversation-store' });

    const beginning = only(childrenOf(spans, request), 'store beginTurn');
    expect(beginning).toMatchObject({
      kind: 1,
      attributes: { 'conversation_store.driver': driver },
    });
    const commands = childrenOf(spans, beginning);
    expect(commands).not.toEqual([]);
    for (const { kind } of commands) expect(kind).toBe(3);
    const systems = spans.map(({ attributes }) => attributes['db.system.name']);
    expect(systems.includes('redis')).toBe(driver !== 'postgres');
    expect(systems.includes('postgresql')).toBe(driver !== 'redis');
    const script = spans.find(({ name }) => name === 'EVALSHA begin-turn');
    if (driver !== 'postgres') {
      expect(script?.attributes).toEqual({
        'db.system.name': 'redis',
        'db.operation.name': 'EVALSHA',
        'db.stored_procedure.name': 'begin-turn',
        'server.address': new URL(redisUrl()).hostname,
        'server.port': Number(new URL(redisUrl()).port),
      });
    }

    const turn = only(childrenOf(spans, request), 'turn');
    expect(turn.links).toEqual([request.spanId]);
    expect(turn.attributes).toMatchObject({
      'conversation_store.conversation.id': id,
      'conversation_store.turn.status': 'completed',
      'conversation_store.turn.continues': false,
    });
    const inTurn = childrenOf(spans, turn).map(({ name }) => name);
    expect(inTurn.sort()).toEqual([
      'chat a-model',
      'store endTurn',
      'store getState',
      'store read',
    ]);

    const ids = new Set(spans.map(({ spanId }) => spanId));
    for (const { parentId } of spans) expect(parentId === '' || ids.has(parentId)).toBe(true);
    // The orchestrator sent the context of its own span on.
    const { body } = await client.get(`${CONVERSATIONS}/${id}`);
    const { spanId } = only(spans, 'chat a-model');
    expect(JSON.stringify(body)).toContain(`00-${traceId}-${spanId}-01`);
  });
});

it('says nothing of users, tokens, keys and contents, and uses the names of the conventions', async () => {
  const client = await start({
    ...(await DRIVERS.tiered()),
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20secret',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=from-attributes',
  });
  const id = await createConversation(client);
  await runTurn(client, id);
  await runTurn(client, await createConversation(client), 'fail');
  await client.get(`${CONVERSATIONS}?externalId=${CONTENT.replaceAll(' ', '+')}`);
  await client.get(`${CONVERSATIONS}/${client.token.slice(0, 90)}`);
  await client.get(`/${client.token}`);
  await client.get('/health/ready');
  const last = await client.delete(CONVERSATIONS);
  await receiver.traceWith(`DELETE ${CONVERSATIONS}`, traceIdOf(last.headers));

  const { spans, requests } = receiver;
  const names = new Set(spans.flatMap(({ attributes }) => Object.keys(attributes)));
  const unknown = [...names].filter((name) => !NAMES_OF_CONVENTIONS.has(name));
  expect(unknown.sort()).toEqual(OWN_NAMES);
  expect([...names].filter((name) => name.startsWith('gen_ai'))).toEqual([]);
  expect(spans.filter(({ name }) => name.includes('health'))).toEqual([]);
  const all = JSON.stringify(spans);
  const token = client.token.slice(0, 30);
  for (const secret of [CONTENT, USER, TENANT, KEY, token, 'a secret of the team', '?']) {
    expect(all).not.toContain(secret);
  }
  expect(spans[0]?.resource).toMatchObject({
    'service.name': 'from-attributes',
    'deployment.environment.name': 'test',
  });
  expect(requests[0]).toMatchObject({ path: '/v1/traces', headers: { 'x-key': 'a secret' } });
  expect(service?.output).not.toContain('a secret\n');

  const failed = spans.find(
    ({ attributes }) => attributes['conversation_store.turn.status'] === 'failed',
  );
  expect(failed).toMatchObject({ status: 2, attributes: { 'error.type': 'turn-failed' } });
});

it('honours traceparent and tracestate, and ignores what is none', async () => {
  const client = await start();
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  const { headers } = await client.get(CONVERSATIONS, { traceparent, tracestate: 'vendor=1' });
  expect(traceIdOf(headers)).toBe(traceId);
  const spans = await receiver.traceWith(`GET ${CONVERSATIONS}`, traceId);
  expect(only(spans, `GET ${CONVERSATIONS}`)).toMatchObject({
    parentId: '00f067aa0ba902b7',
    traceState: 'vendor=1',
  });
  for (const wrong of ['', 'x', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `ff${traceparent}`]) {
    const answer = await client.get(CONVERSATIONS, { traceparent: wrong });
    expect(answer.status).toBe(200);
    expect(traceIdOf(answer.headers)).not.toBe(traceId);
  }
  const unsampled = `00-${'a'.repeat(32)}-00f067aa0ba902b7-00`;
  await client.get(CONVERSATIONS, { traceparent: unsampled });
  const last = await client.get(CONVERSATIONS);
  await receiver.traceWith(`GET ${CONVERSATIONS}`, traceIdOf(last.headers));
  expect(receiver.spans.filter((span) => span.traceId === 'a'.repeat(32))).toEqual([]);
});

it('says what a turn was about only when it is told to', async () => {
  const client = await start({ TRACE_GEN_AI: 'metadata' });
  const id = await createConversation(client);
  const metadata = await receiver.traceWith('invoke_agent', await runTurn(client, id));
  const turn = only(metadata, 'invoke_agent').attributes;
  expect(turn).toMatchObject({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.conversation.id': id,
  });
  expect(JSON.stringify(receiver.spans)).not.toContain(CONTENT);
  for (const name of Object.keys(turn)) {
    expect(NAMES_OF_CONVENTIONS.has(name) || OWN_NAMES.includes(name)).toBe(true);
  }
  await service?.stop();

  const reader = await start({ TRACE_GEN_AI: 'content' });
  const traceId = await runTurn(reader, await createConversation(reader));
  const content = only(
    await receiver.traceWith('invoke_agent', traceId),
    'invoke_agent',
  ).attributes;
  expect(JSON.parse(String(content['gen_ai.input.messages']))).toEqual([
    { role: 'user', parts: [{ type: 'text', content: CONTENT }] },
  ]);
  expect(JSON.parse(String(content['gen_ai.output.messages']))).toEqual([
    {
      role: 'assistant',
      parts: [expect.objectContaining({ type: 'text', content: expect.any(String) })],
      finish_reason: 'stop',
    },
  ]);
});

it('names the trace in the lines of the log that are about it', async () => {
  const production = { NODE_ENV: 'production', STORE_DRIVER: 'memory', SHUTDOWN_DRAIN_MS: '0' };
  const client = await start(production);
  const traceId = await runTurn(client, await createConversation(client), 'fail');
  await service?.stop();
  const lines = (service?.output ?? '').split('\n').filter((line) => line.includes(traceId));
  const contexts = lines.map((line) => (JSON.parse(line) as { context: string }).context);
  expect(contexts).toEqual(expect.arrayContaining(['Turns', 'Access']));
});

it('sends nothing of what is not sampled', async () => {
  const client = await start({
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0',
  });
  const { headers } = await client.get(CONVERSATIONS);
  expect(headers.get('server-timing')).toMatch(/-00"$/);
  await service?.stop();
  expect(receiver.requests).toEqual([]);
});

it('loads nothing of OpenTelemetry, and answers without a trace, when there is no endpoint', async () => {
  service = await ServiceProcess.start({ OTEL_SERVICE_NAME: 'x' }, undefined, [
    '--import',
    './test/support/loaded-packages.mjs',
  ]);
  const { headers } = await service.client().get(CONVERSATIONS);
  expect(headers.has('server-timing')).toBe(false);
  await service.stop();
  expect(service.output).toContain('Loaded: ');
  expect(service.output).not.toMatch(/Loaded: .*@opentelemetry\/(?!api\/)/);
});

describe('a receiver that', () => {
  const lossesIn = (output: string): number => output.split('Spans are lost').length - 1;

  async function makeSpans(client: ApiClient): Promise<void> {
    for (let i = 0; i < 20; i++) expect((await client.get(CONVERSATIONS)).status).toBe(200);
  }

  it('refuses spans is reported once, and once more when it takes them again', async () => {
    receiver.mode = 'refuse';
    const client = await start();
    await makeSpans(client);
    await until(() => receiver.requests.length > 0);
    const seen = receiver.requests.length;
    await makeSpans(client);
    await until(() => receiver.requests.length > seen);
    expect(service?.output).toContain('Spans are lost: their receiver answers with 400.');
    receiver.mode = 'accept';
    await makeSpans(client);
    await until(() => service?.output.includes('The receiver takes spans again.') ?? false);
    expect(lossesIn(service?.output ?? '')).toBe(1);
  });

  it('is away costs no request anything, and the process ends in time', async () => {
    const client = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '200',
    });
    await makeSpans(client);
    await until(() => service?.output.includes('cannot be reached (ECONNREFUSED)') ?? false);
    await makeSpans(client);
    const { code, ms } = (await service?.stop()) ?? { code: null, ms: 0 };
    expect(code).toBe(0);
    expect(ms).toBeLessThan(3_000);
    expect(lossesIn(service?.output ?? '')).toBe(1);
  });

  it('hangs does not keep the process from ending', async () => {
    receiver.mode = 'hang';
    const client = await start();
    await makeSpans(client);
    await until(() => receiver.requests.length > 0);
    await makeSpans(client);
    const { code, ms } = (await service?.stop()) ?? { code: null, ms: 0 };
    expect(code).toBe(0);
    expect(ms).toBeLessThan(4_000);
  });

  it('works gets the last spans at the end of the process', async () => {
    const client = await start({ OTEL_BSP_SCHEDULE_DELAY: '600000' });
    await makeSpans(client);
    await service?.stop();
    expect(receiver.spans.filter(({ name }) => name === `GET ${CONVERSATIONS}`)).toHaveLength(20);
  });
});
