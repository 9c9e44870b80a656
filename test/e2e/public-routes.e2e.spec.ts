import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { PROBLEM_TYPES } from '../../src/problems/problem-types.js';
import { CONVERSATIONS } from '../support/api-client.js';
import { expectDescribed } from '../support/expect-described.js';
import { expectProblem } from '../support/expect-problem.js';
import { EXAMPLES } from '../../src/api/description/examples.js';
import { NormalizedAnswers } from '../support/normalized-answers.js';
import { startService, type TestService } from '../support/service.js';
import { startTurnService } from '../support/turns.js';

const DESCRIPTION = '/api/openapi.json';
const ORIGIN = 'https://chat.example.com';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe('without a token', () => {
  it.each(['/health', '/health/live', '/health/ready', DESCRIPTION])('answers %s', async (path) => {
    for (const headers of [{}, { Authorization: 'Bearer garbled' }]) {
      const response = await fetch(service.url + path, { headers });
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        expect.stringMatching(/^application\/json/),
      ]);
    }
  });

  it('answers nothing else', async () => {
    const description = (await (await fetch(service.url + DESCRIPTION)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const routes = Object.entries(description.paths)
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => [method, path] as const))
      .filter(([, path]) => !/^\/(health|problems)\b/.test(path));
    expect(routes.length).toBeGreaterThanOrEqual(11);
    for (const [method, path] of routes) {
      const url = service.url + path.replaceAll(/\{\w+\}/g, randomUUID());
      const { status } = await fetch(url, { method: method.toUpperCase() });
      expect([method, path, status]).toEqual([method, path, 401]);
    }
  });

  it('tells nothing of what there is', async () => {
    const me = service.client();
    const { id } = (await me.post(CONVERSATIONS, {})).body;
    for (const path of [id, randomUUID(), 'garbled']) {
      const response = await fetch(`${service.url}${CONVERSATIONS}/${path}`);
      const body = (await response.json()) as object;
      expect({ ...body, instance: '' }).toEqual({
        type: '/problems/unauthorized',
        title: 'A valid bearer token is required.',
        status: 401,
        instance: '',
      });
    }
  });
});

describe('the API description', () => {
  it('tells what becomes of a body that is none, wherever one is read: of DELETE too', async () => {
    const description = (await (await fetch(service.url + DESCRIPTION)).json()) as {
      paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
    };
    const client = service.client();
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const [method, { responses }] of Object.entries(methods)) {
        if (method === 'get') continue;
        const url = path.replaceAll(/\{\w+\}/g, randomUUID());
        const text = { 'Content-Type': 'text/plain' };
        const { status } = await client.request(method.toUpperCase(), url, 'x', text);
        expect([method, path, status]).toEqual([method, path, 415]);
        expect(Object.keys(responses)).toEqual(expect.arrayContaining(['413', '415']));
      }
    }
  });
});

describe('a part of a path that is longer than any', () => {
  it.each([
    '/problems/{}',
    `${CONVERSATIONS}/{}`,
    `${CONVERSATIONS}/${randomUUID()}/turns/{}/stream`,
  ])('is a 414 that the API description has: %s', async (path) => {
    expectProblem(await service.client().get(path.replace('{}', 'a'.repeat(500))), 414);
  });
});

describe('an answer that the API description does not have', () => {
  const ANSWER = {
    method: 'DELETE',
    path: CONVERSATIONS,
    status: 200,
    headers: new Map([['content-type', 'application/json; charset=utf-8']]),
    text: '{"deleted":1}',
  };
  const TEXT = new Map([['content-type', 'text/plain']]);
  const PROBLEM = new Map([['content-type', 'application/problem+json']]);
  const CLOSED = '{"type":"/problems/conversation-closed","title":"","status":400}';

  it.each([
    ['a status', { status: 202 }, 'no such status'],
    ['a header', { headers: new Map([...ANSWER.headers, ['x-new', '1']]) }, 'the header x-new'],
    [
      'a value of a header',
      { headers: new Map([['retry-after', 'soon']]), status: 503 },
      'integer',
    ],
    [
      'a header that is missing',
      { method: 'POST', status: 201, headers: new Map([...ANSWER.headers, ['etag', '"1"']]) },
      'no header Location',
    ],
    ['a type of body', { headers: TEXT }, 'a body of text/plain'],
    ['no body', { text: '' }, 'no body'],
    ['another body', { text: '{"deleted":"1"}' }, 'must be integer'],
    ['a problem', { status: 400, headers: PROBLEM, text: CLOSED }, 'allowed values'],
    ['a method', { method: 'PUT' }, 'no such method'],
  ])('fails a test: %s', (_, change, mistake) => {
    expect(() => expectDescribed(ANSWER)).not.toThrow();
    expect(() => expectDescribed({ ...ANSWER, ...change })).toThrow(mistake);
  });

  it('passes with an id of a request that is digits', () => {
    const headers = new Map([...ANSWER.headers, ['x-request-id', '42']]);
    expect(() => expectDescribed({ ...ANSWER, headers })).not.toThrow();
  });

  it('fails a test when it accepts a request that is not described', () => {
    const headers = new Map([...ANSWER.headers, ['location', CONVERSATIONS], ['etag', '"1"']]);
    const created = { method: 'POST', path: CONVERSATIONS, status: 201, headers };
    expect(() => expectDescribed({ ...created, sent: {} })).not.toThrow();
    expect(() => expectDescribed({ ...created, sent: { messages: ['text'] } })).toThrow('accepted');
  });
});

describe('the examples of the API description', () => {
  let answering: TestService;

  beforeAll(async () => {
    answering = await startTurnService('memory');
  });
  afterAll(() => answering.close());

  it('were really answered', async () => {
    const client = answering.client({ sub: 'alice', tid: 'contoso' });
    await client.delete(CONVERSATIONS);
    const normalized = new NormalizedAnswers();
    for (const example of EXAMPLES) {
      const { of, request, status, answer } = example;
      const [method, path] = normalized.addressOf(example);
      const headers = status === 412 ? { 'If-Match': '"1"' } : {};
      const response = await client.request(method, path, normalized.toSend(request), headers);
      expect([of, response.status]).toEqual([of, status]);
      expect([of, normalized.read(response.text)]).toEqual([of, answer]);
    }
  });
});

describe('the page of a problem', () => {
  it.each(Object.entries(PROBLEM_TYPES))('explains %s', async (slug, { title, remedy }) => {
    const response = await fetch(`${service.url}/problems/${slug}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('public, max-age=3600');
    const page = await response.text();
    expect(page).toContain(`<h1>${title}</h1>`);
    expect(page).toContain(remedy.replaceAll('<', '&lt;').replaceAll('"', '&quot;'));
    expect(page).not.toMatch(/<script|https?:/);
  });

  it('is where the type of an answer leads, of a status of the application’s own too', async () => {
    const { body } = await service.client().get(`${CONVERSATIONS}?limit=0`);
    for (const path of [body.type, '/problems/not-acceptable']) {
      expect((await service.client().get(path)).status).toBe(200);
    }
  });

  it.each(['nothing', 'constructor', '%3Cscript%3E'])('is none for %s', async (slug) => {
    expectProblem(await service.client().get(`/problems/${slug}`), 404);
  });
});

describe('the page of the API', () => {
  it('has all that it needs from the service itself, and runs no script but its own', async () => {
    const response = await fetch(`${service.url}/docs`);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    const page = await response.text();
    expect(page).not.toMatch(/https?:|<script>/);
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(files).toHaveLength(4);
    for (const path of files) {
      const file = await fetch(new URL(path, `${service.url}/docs`));
      expect([path, file.status]).toEqual([path, 200]);
      expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(100);
    }
  });

  it.each([
    ['swagger-ui.css', 'text/css; charset=utf-8'],
    ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
    ['favicon-32x32.png', 'image/png'],
  ])('says the type and the length of %s, to HEAD too', async (name, type) => {
    const url = `${service.url}/docs/${name}`;
    const { byteLength } = await (await fetch(url)).arrayBuffer();
    for (const method of ['GET', 'HEAD']) {
      const { headers } = await fetch(url, { method });
      expect([method, headers.get('content-type'), headers.get('content-length')]).toEqual([
        method,
        type,
        String(byteLength),
      ]);
    }
  });

  it('is found with a slash at its end, too', async () => {
    const response = await fetch(`${service.url}/docs/`);
    expect([response.status, response.url]).toEqual([200, `${service.url}/docs`]);
  });

  it('is not there where the operator does not want it', async () => {
    const closed = await startService({ environment: { DOCS_PAGE: 'false' } });
    for (const path of ['/docs', '/docs/', '/docs/swagger-ui-bundle.js']) {
      expectProblem(await closed.client().get(path), 404);
    }
    await closed.close();
  });
});

describe('security headers', () => {
  it.each([CONVERSATIONS, '/health/live', '/nothing', `${CONVERSATIONS}?limit=0`])(
    'are on %s',
    async (path) => {
      const { headers } = await service.client().get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d+/);
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.has('x-powered-by')).toBe(false);
      expect(headers.has('server')).toBe(false);
    },
  );
});

describe('CORS', () => {
  let open: TestService;

  beforeAll(async () => {
    open = await startService({
      environment: { CORS_ORIGINS: `${ORIGIN}, http://localhost:5173` },
    });
  });
  afterAll(() => open.close());

  function preflight({ url }: TestService, origin: string, method = 'POST'): Promise<Response> {
    return fetch(url + CONVERSATIONS, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': 'authorization,content-type,idempotency-key,if-match',
      },
    });
  }

  it('is off until origins are named', async () => {
    const { status, headers } = await preflight(service, ORIGIN);
    expect(status).toBe(405);
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    const read = await service.client().get(CONVERSATIONS, { Origin: ORIGIN });
    expect(read.headers.has('access-control-allow-origin')).toBe(false);
  });

  it.each([ORIGIN, 'http://localhost:5173'])('is on for %s', async (origin) => {
    const { status, headers } = await preflight(open, origin);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    expect(headers.get('access-control-allow-headers')).toContain('idempotency-key');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
    expect(headers.get('vary')).toContain('Origin');
    const read = await open.client().get(CONVERSATIONS, { Origin: origin });
    expect(read.headers.get('access-control-allow-origin')).toBe(origin);
    expect(read.headers.get('access-control-expose-headers')).toContain('ETag');
    const refused = await open.client().get(`${CONVERSATIONS}?limit=0`, { Origin: origin });
    expect(refused.headers.get('access-control-allow-origin')).toBe(origin);
  });

  it.each([
    'https://evil.example',
    'null',
    `${ORIGIN}.evil.example`,
    `${ORIGIN}:8443`,
    'http://chat.example.com',
    'https://sub.chat.example.com',
  ])('is off for %s', async (origin) => {
    for (const headers of [
      (await preflight(open, origin)).headers,
      (await open.client().get(CONVERSATIONS, { Origin: origin })).headers,
    ]) {
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it.each(['GET', 'POST'])('lets a page call %s', async (method) => {
    const { headers } = await preflight(open, ORIGIN, method);
    expect(headers.get('access-control-allow-methods')).toContain(method);
  });

  // Until CORS is enabled with these methods: by default @fastify/cors allows GET, HEAD and POST only.
  it.each(['PATCH', 'DELETE'])('lets a page call %s', async (method) => {
    const { headers } = await preflight(open, ORIGIN, method);
    expect(headers.get('access-control-allow-methods')).toContain(method);
  });

  it('changes no other answer', async () => {
    expectProblem(await open.client().get('/nothing'), 404);
    const wrong = await open.client().request('PUT', CONVERSATIONS);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'DELETE, GET, HEAD, POST']);
    expect((await fetch(open.url + CONVERSATIONS, { headers: { Origin: ORIGIN } })).status).toBe(
      401,
    );
  });
});
