import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { CONVERSATIONS, type ApiResponse } from '../support/api-client.js';
import { INTERNALS, expectErrors, expectProblem } from '../support/expect-problem.js';
import { rawExchange } from '../support/raw-exchange.js';
import { rawRequest, type RawRequest } from '../support/raw-request.js';
import { useConversation } from '../support/use-conversation.js';

const CHAT_START = '/api/chat/start';
const CHAT_SEND = '/api/chat/send';
const JSON_TYPE = { 'Content-Type': 'application/json' };

const api = useConversation();

function raw(options: RawRequest): Promise<ApiResponse> {
  const headers = { Authorization: `Bearer ${api.client.token}`, ...options.headers };
  return rawRequest(api.service.url, { ...options, headers });
}

describe('another content type', () => {
  const ROUTES = [
    ['POST', CONVERSATIONS],
    ['PATCH', `${CONVERSATIONS}/${randomUUID()}`],
    ['POST', `${CONVERSATIONS}/${randomUUID()}/messages`],
    ['POST', `${CONVERSATIONS}/${randomUUID()}/turns`],
    ['POST', CHAT_START],
    ['POST', CHAT_SEND],
    ['POST', '/api/chat/list-conversations'],
  ] as const;

  it.each(ROUTES)('is 415: %s %s', async (method, path) => {
    const types = [
      'text/plain',
      'text/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'application/jsonp',
      'application/json-patch+json',
      'application',
      '*/*',
    ];
    for (const type of types) {
      expectProblem(await api.client.request(method, path, '{}', { 'Content-Type': type }), 415);
    }
  });

  it.each(ROUTES)('is 415 where none is named: %s %s', async (method, path) => {
    const headers = { 'Content-Length': '2' };
    expectProblem(await raw({ method, path, headers, chunks: ['{}'] }), 415);
    expectProblem(await raw({ method, path, chunks: ['{}'] }), 415);
  });

  it('is not JSON with a character set or in capitals', async () => {
    for (const type of ['application/json; charset=utf-8', 'Application/JSON']) {
      const { status } = await api.client.post(CONVERSATIONS, {}, { 'Content-Type': type });
      expect(status).toBe(201);
    }
  });
});

describe('a route', () => {
  it.each([
    '/',
    '/api',
    '/api/v1',
    '/api/v2/conversations',
    '/api/v1/conversation',
    '/api/v1/conversations/',
    '/api/v1/conversations//messages',
    `${CONVERSATIONS}/${randomUUID()}/nothing`,
    `${CONVERSATIONS}/${randomUUID()}/messages/1`,
    '/API/V1/CONVERSATIONS',
    '//api/v1/conversations',
    '/api/chat',
    '/constructor',
    '/__proto__',
    '/api/v1/../../etc/passwd',
    '/.env',
  ])('that there is not is 404, whatever the method: %s', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expectProblem(await raw({ method, path }), 404);
    }
  });

  it.each([
    ['PUT', CONVERSATIONS, 'DELETE, GET, HEAD, POST'],
    ['PATCH', CONVERSATIONS, 'DELETE, GET, HEAD, POST'],
    ['PUT', `${CONVERSATIONS}/${randomUUID()}`, 'DELETE, GET, HEAD, PATCH'],
    ['POST', `${CONVERSATIONS}/1`, 'DELETE, GET, HEAD, PATCH'],
    ['DELETE', `${CONVERSATIONS}/${randomUUID()}/messages?limit=1`, 'GET, HEAD, POST'],
    ['GET', CHAT_START, 'POST'],
    ['HEAD', CHAT_SEND, 'POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['OPTIONS', CONVERSATIONS, 'DELETE, GET, HEAD, POST'],
    ['TRACE', CONVERSATIONS, 'DELETE, GET, HEAD, POST'],
    ['PROPFIND', CONVERSATIONS, 'DELETE, GET, HEAD, POST'],
  ])('with a method it has not is 405 with Allow: %s %s', async (method, path, allow) => {
    const response = await raw({ method, path });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    if (method !== 'HEAD') expectProblem(response, 405);
  });

  it('says 405 whatever the body is', async () => {
    const headers = { 'Content-Type': 'text/plain' };
    const response = await raw({ method: 'PUT', path: CONVERSATIONS, headers, chunks: ['x'] });
    expectProblem(response, 405);
  });

  it('answers HEAD as GET, without the body', async () => {
    for (const path of [CONVERSATIONS, `${CONVERSATIONS}/${api.id}`, '/health/live']) {
      const { status, text, headers } = await raw({ method: 'HEAD', path });
      expect([status, text]).toEqual([200, '']);
      expect(headers.get('content-type')).toMatch(/^application\/json/);
    }
    const bad = await raw({ method: 'HEAD', path: `${CONVERSATIONS}?limit=0` });
    expect([bad.status, bad.text]).toEqual([400, '']);
  });

  it('erases nothing where the id is missing', async () => {
    expectProblem(await raw({ method: 'DELETE', path: `${CONVERSATIONS}/` }), 404);
    expect((await api.client.get(`${CONVERSATIONS}/${api.id}`)).status).toBe(200);
  });

  it('deletes with a JSON content type and no body, as some clients send it', async () => {
    const { body } = await api.client.post(CONVERSATIONS, {});
    const path = `${CONVERSATIONS}/${body.id}`;
    expect((await raw({ method: 'DELETE', path, headers: JSON_TYPE })).status).toBe(204);
  });
});

describe('a path', () => {
  it.each(['%ZZ', '%', '%e0%a4%a', '%ff'])('with a garbled escape is 4xx: %s', async (escape) => {
    for (const method of ['GET', 'POST']) {
      const path = `${CONVERSATIONS}/${escape}`;
      const { status, text } = await raw({ method, path, headers: JSON_TYPE });
      expect(status).toBe(400);
      expect(text).not.toMatch(INTERNALS);
    }
  });

  it('with an id longer than any is 4xx', async () => {
    const { status, text } = await raw({
      method: 'GET',
      path: `${CONVERSATIONS}/${'a'.repeat(500)}`,
    });
    expect([404, 414]).toContain(status);
    expect(text).not.toMatch(INTERNALS);
  });

  it('that is very long is 4xx', async () => {
    const path = `${CONVERSATIONS}?cursor=`;
    expectErrors(await raw({ method: 'GET', path: path + 'a'.repeat(10_000) }), 'cursor');
    const { status, text } = await raw({ method: 'GET', path: path + 'a'.repeat(100_000) });
    expect([414, 431]).toContain(status);
    expect(text).not.toMatch(INTERNALS);
  });

  // Until the server is given Fastify's frameworkErrors and clientErrorHandler: these three are
  // refused before any route, and so before the filter that writes problems.
  it.each([
    ['with a garbled escape', '/%ZZ'],
    ['with an id longer than any', `/${'a'.repeat(500)}`],
    ['that is very long', `?cursor=${'a'.repeat(100_000)}`],
  ])('%s is answered with a problem', async (_, path) => {
    const response = await raw({ method: 'GET', path: CONVERSATIONS + path });
    expectProblem(response, response.status);
  });

  it('names in "instance" what was asked for, without the query', async () => {
    const { body } = await api.client.get(`${CONVERSATIONS}?limit=secret`);
    expect(body).toMatchObject({ instance: CONVERSATIONS });
    expect(JSON.stringify(body)).not.toContain('secret');
  });
});

describe('an Idempotency-Key', () => {
  const ROUTES: readonly (readonly [path: string, body: () => unknown])[] = [
    [CONVERSATIONS, () => ({})],
    [CHAT_START, () => ({})],
    ['append', () => ({ messages: [{ content: 'x' }] })],
    [CHAT_SEND, () => ({ conversationId: api.id, message: 'x' })],
  ];
  const KEYS: readonly (readonly [string, string | string[]])[] = [
    ['that is empty', ''],
    ['of a space', ' '],
    ['of 256 characters', 'x'.repeat(256)],
    ['that is not ASCII', 'clé'],
    ['with a space', 'a b'],
    ['with a tab', 'a\tb'],
    ['sent twice', ['a', 'b']],
  ];

  it.each(
    ROUTES.flatMap(([path, body]) => KEYS.map(([what, key]) => [path, what, body, key] as const)),
  )('on %s %s is 400, and nothing is written', async (path, _, body, key) => {
    const written = async (): Promise<string> => (await api.client.get(CONVERSATIONS)).text;
    const before = await written();
    const response = await raw({
      method: 'POST',
      path: path === 'append' ? `${CONVERSATIONS}/${api.id}/messages` : path,
      headers: { ...JSON_TYPE, 'Idempotency-Key': key },
      chunks: [JSON.stringify(body())],
    });
    expectErrors(response, 'Idempotency-Key');
    expect(await written()).toBe(before);
  });

  it.each(['x', 'x'.repeat(255), '!"#$%&\'()*+,-./:;<=>?@[]^_`{|}~', '__proto__', '{p1}:conv:*'])(
    'of visible ASCII is taken: %s',
    async (key) => {
      const me = api.service.client();
      const first = await me.post(CONVERSATIONS, {}, { 'Idempotency-Key': key });
      const again = await me.post(CONVERSATIONS, {}, { 'Idempotency-Key': key });
      expect([first.status, again.status]).toEqual([201, 201]);
      expect(again.body.id).toBe(first.body.id);
    },
  );
});

describe('a body that cannot be read', () => {
  it.each(['/nowhere', CONVERSATIONS])(
    'gets no second answer behind the first: %s',
    async (path) => {
      const port = Number(new URL(api.service.url).port);
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;
      const bytes = Buffer.from(`${head}no size\r\n`);
      const answers = await rawExchange(port, bytes, { patience: 2_000 });
      expect(answers).toHaveLength(1);
    },
  );

  it('gets one behind the answer to another request', async () => {
    const port = Number(new URL(api.service.url).port);
    const bytes = Buffer.from('GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n');
    const answers = await rawExchange(port, bytes, { patience: 2_000 });
    expect(answers.map(({ status }) => status)).toEqual([404, 400]);
  });
});
