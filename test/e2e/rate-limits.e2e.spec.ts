import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { limitedRequests } from '../../src/observation/facts.js';
import { ApiClient, CONVERSATIONS, type ApiResponse } from '../support/api-client.js';
import { expectProblem } from '../support/expect-problem.js';
import { HeldStore } from '../support/held-store.js';
import { until } from '../support/redis-server.js';
import { startService, type TestService } from '../support/service.js';
import { TEST_SECRET } from '../support/token.js';
import { aConversation, followTurn, openTurn, script, startTurnService } from '../support/turns.js';

const ORIGIN = 'https://chat.example.com';

let service: TestService;

afterEach(() => service.close());

async function start(environment: Record<string, string>): Promise<void> {
  service = await startService({ environment });
}

function remaining({ headers }: ApiResponse): string | null {
  return headers.get('ratelimit');
}

describe('without limits', () => {
  it('no answer has headers of limits, and nobody is refused', async () => {
    await start({});
    const client = service.client();
    for (let i = 0; i < 20; i++) {
      const { status, headers } = await client.get(CONVERSATIONS);
      expect([status, headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([
        200,
        null,
        null,
      ]);
    }
  });
});

describe('with limits', () => {
  it('every answer to a user tells them, and one too many is refused as a problem', async () => {
    await start({ RATE_LIMIT_USER: '3/60', RATE_LIMIT_TENANT: '100/3600' });
    const client = service.client();
    const created = await client.post(CONVERSATIONS, {});
    expect(created.status).toBe(201);
    expect(created.headers.get('ratelimit-policy')).toBe('"user";q=3;w=60, "tenant";q=100;w=3600');
    expect(remaining(created)).toBe('"user";r=2;t=60, "tenant";r=99;t=3600');
    const absent = await client.get(`${CONVERSATIONS}/${randomUUID()}`);
    expect(absent.status).toBe(404);
    expect(remaining(absent)).toMatch(/^"user";r=1;t=\d+, "tenant";r=98;t=\d+$/);
    const invalid = await client.post(CONVERSATIONS, { no: 'such field' });
    expect([invalid.status, remaining(invalid)]).toEqual([
      400,
      expect.stringMatching(/^"user";r=0;/),
    ]);

    const refused = await client.post(CONVERSATIONS, { messages: [{ content: 'hi' }] });
    expectProblem(refused, 429);
    expect(refused.body).toEqual({
      type: '/problems/rate-limited',
      title: 'There are too many requests.',
      status: 429,
      detail: 'The limit of the user is used up. Nothing was changed.',
      instance: CONVERSATIONS,
    });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(remaining(refused)).toContain(`"user";r=0;t=${seconds}`);
    expect(refused.headers.get('ratelimit-policy')).toContain('"user";q=3;w=60');
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect((await service.client().get(CONVERSATIONS)).status).toBe(200);
  });

  it('the users of a tenant share its limit, also users whose ids look alike', async () => {
    await start({ RATE_LIMIT_TENANT: '2/60' });
    const alice = service.client({ tid: 'a', sub: 'b:c' });
    const bob = service.client({ tid: 'a', sub: 'b' });
    const stranger = service.client({ tid: 'a:b', sub: 'c' });
    expect((await alice.get(CONVERSATIONS)).status).toBe(200);
    expect((await bob.get(CONVERSATIONS)).status).toBe(200);
    for (const client of [alice, bob]) expectProblem(await client.get(CONVERSATIONS), 429);
    expect((await stranger.get(CONVERSATIONS)).status).toBe(200);
  });

  it('a window ends', async () => {
    await start({ RATE_LIMIT_USER: '1/1' });
    const client = service.client();
    expect((await client.get(CONVERSATIONS)).status).toBe(200);
    await until(async () => (await client.get(CONVERSATIONS)).status === 200);
  });

  it('only requests with a valid token to routes that need one are counted', async () => {
    await start({ RATE_LIMIT_USER: '1/60', RATE_LIMIT_TENANT: '1/60' });
    const client = service.client({ tid: 't', sub: 'u' });
    const claims = { sub: 'u', tid: 't' };
    const bad = [
      'nonsense',
      jwt.sign(claims, 'another secret, of more than 32 characters', { expiresIn: '1h' }),
      jwt.sign(claims, TEST_SECRET, { expiresIn: -1 }),
    ];
    for (const token of bad) {
      const { status, headers } = await new ApiClient(service.url, token).get(CONVERSATIONS);
      expect([status, headers.get('ratelimit')]).toEqual([401, null]);
    }
    for (const path of ['/health', '/health/live', '/health/ready', '/api/openapi.json']) {
      const { status, headers } = await client.get(path);
      expect([path, status, headers.get('ratelimit')]).toEqual([path, 200, null]);
    }
    expect((await client.get('/api/v1/no-such-route')).status).toBe(404);
    expect((await client.request('PUT', CONVERSATIONS)).status).toBe(405);
    expect((await client.get(CONVERSATIONS)).status).toBe(200);
    expect((await client.get(CONVERSATIONS)).status).toBe(429);
    expect((await client.get('/health/ready')).status).toBe(200);
    expect((await client.get('/api/openapi.json')).status).toBe(200);
  });

  it('a refusal waits neither for a body nor for a slot', async () => {
    const store = new HeldStore();
    service = await startService({
      environment: { RATE_LIMIT_USER: '3/60', MAX_CONCURRENT_REQUESTS: '3', SLOT_WAIT_MS: '60000' },
      store: { driver: 'custom', store },
    });
    const client = service.client();
    store.hold();
    const held = Array.from({ length: 3 }, () => client.get(CONVERSATIONS));
    await until(() => store.waiting === 3);
    // Only its head is sent: with its body read first, this would never be answered.
    const upload = request(service.url + CONVERSATIONS, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${client.token}`,
        'Content-Type': 'application/json',
        'Content-Length': '1000',
      },
    });
    upload.on('error', () => undefined).flushHeaders();
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(429);
    upload.destroy();
    for (let i = 0; i < 10; i++) expect((await client.get(CONVERSATIONS)).status).toBe(429);
    store.release();
    for (const { status } of await Promise.all(held)) expect(status).toBe(200);
  });

  it('the pages of other origins can read the headers, of refusals too', async () => {
    await start({ RATE_LIMIT_USER: '1/60', CORS_ORIGINS: ORIGIN });
    const client = service.client();
    for (const expected of [200, 429]) {
      const { status, headers } = await client.get(CONVERSATIONS, { Origin: ORIGIN });
      expect([status, headers.get('access-control-allow-origin')]).toEqual([expected, ORIGIN]);
      const exposed = headers.get('access-control-expose-headers')?.split(', ');
      expect(exposed).toEqual(
        expect.arrayContaining(['Retry-After', 'RateLimit', 'RateLimit-Policy']),
      );
    }
    const preflight = { Origin: ORIGIN, 'Access-Control-Request-Method': 'POST' };
    const { status } = await client.request('OPTIONS', CONVERSATIONS, undefined, preflight);
    expect(status).toBe(204);
  });

  it('whoever observes gets each refusal, with its limit and nothing of the user', async () => {
    await start({ RATE_LIMIT_USER: '1/60' });
    const client = service.client();
    const facts: unknown[] = [];
    const onFact = (fact: unknown): unknown => facts.push(fact);
    subscribe(limitedRequests.channel.name, onFact);
    try {
      for (let i = 0; i < 4; i++) await client.get(CONVERSATIONS);
    } finally {
      unsubscribe(limitedRequests.channel.name, onFact);
    }
    expect(facts).toEqual([{ policy: 'user' }, { policy: 'user' }, { policy: 'user' }]);
  });

  it('the API description tells 429 of every route that needs a token', () => {
    const { paths } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
      paths: Record<string, Record<string, { security: object[]; responses: object }>>;
    };
    const routes = Object.values(paths).flatMap((path) => Object.values(path));
    const guarded = routes.filter(({ security }) => security.length > 0);
    expect(guarded.length).toBeGreaterThan(10);
    for (const { responses } of guarded) expect(responses).toHaveProperty('429');
  });
});

describe('a turn', () => {
  it('counts once, however long its stream is; so does each one who follows it', async () => {
    service = await startTurnService('memory', { RATE_LIMIT_USER: '5/60' });
    const client = service.client();
    const id = await aConversation(client);
    const stream = await openTurn(client, id, script(['count', { to: 50, everyMs: 5 }]));
    expect(stream.response.headers['ratelimit']).toMatch(/^"user";r=3;/);
    await until(() => stream.ended === 'ended');
    const after = await client.get(CONVERSATIONS);
    expect(remaining(after)).toMatch(/^"user";r=2;/);
    const follower = await followTurn(client, id, 'current');
    expect(follower.status).toBe(204);
    const exported = await client.get(`${CONVERSATIONS}/export`);
    expect([exported.status, remaining(exported)]).toEqual([200, expect.stringMatching(/r=0;/)]);
    expectProblem(await client.get(CONVERSATIONS), 429);
  });
});

/** Takes the caller from a header. */
@Injectable()
class HeaderGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{
      headers: Record<string, string | undefined>;
      user?: unknown;
    }>();
    const userId = request.headers['x-user'];
    if (userId !== undefined) request.user = { owner: { tenantId: 't', userId }, isService: false };
    return userId !== undefined;
  }
}

describe('with a guard of the application', () => {
  it('callers are counted once the guard has found them', async () => {
    service = await startService({
      environment: { RATE_LIMIT_USER: '2/60' },
      auth: { kind: 'guard', guard: HeaderGuard },
    });
    const client = service.client();
    for (let i = 0; i < 5; i++) expect((await client.get(CONVERSATIONS)).status).toBe(401);
    for (const r of [1, 0]) {
      const passed = await client.get(CONVERSATIONS, { 'X-User': 'ada' });
      expect([passed.status, remaining(passed)]).toEqual([200, expect.stringContaining(`r=${r};`)]);
    }
    const refused = await client.get(CONVERSATIONS, { 'X-User': 'ada' });
    expectProblem(refused, 429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await client.get(CONVERSATIONS, { 'X-User': 'bob' })).status).toBe(200);
    expect((await client.get('/api/openapi.json')).status).toBe(200);
  });
});
