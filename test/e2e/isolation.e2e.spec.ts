import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { CONVERSATIONS, type ApiClient, type ApiResponse } from '../support/api-client.js';
import { until } from '../support/redis-server.js';
import { redisOptions } from '../support/redis-store.js';
import { startService, type TestService } from '../support/service.js';

type Visit = (client: ApiClient, id: string) => Promise<ApiResponse>;

/** Every route that names a conversation, by the operation of the API description. */
const ROUTES: Readonly<Record<string, Visit>> = {
  'GET /api/v1/conversations/{id}': (client, id) => client.get(`${CONVERSATIONS}/${id}`),
  'PATCH /api/v1/conversations/{id}': (client, id) =>
    client.patch(`${CONVERSATIONS}/${id}`, { title: 'mine now' }, { 'If-Match': '"1"' }),
  'DELETE /api/v1/conversations/{id}': (client, id) =>
    client.delete(`${CONVERSATIONS}/${id}`, { 'If-Match': '"7"' }),
  'GET /api/v1/conversations/{id}/messages': (client, id) =>
    client.get(`${CONVERSATIONS}/${id}/messages`),
  'POST /api/v1/conversations/{id}/messages': (client, id) =>
    client.post(`${CONVERSATIONS}/${id}/messages`, { messages: [{ content: 'hi' }] }),
  'POST /api/v1/conversations/{id}/fork': (client, id) =>
    client.post(`${CONVERSATIONS}/${id}/fork`, { seq: 1 }),
  'POST /api/v1/conversations/{id}/turns': (client, id) =>
    client.post(`${CONVERSATIONS}/${id}/turns`, { message: 'hi', onConflict: 'interrupt' }),
  'POST /api/v1/conversations/{id}/turns/stream': (client, id) =>
    client.post(`${CONVERSATIONS}/${id}/turns/stream`, { message: 'hi', onConflict: 'interrupt' }),
  'GET /api/v1/conversations/{id}/turns/current/stream': (client, id) =>
    client.get(`${CONVERSATIONS}/${id}/turns/current/stream`),
  'GET /api/v1/conversations/{id}/turns/{turnId}/stream': (client, id) =>
    client.get(`${CONVERSATIONS}/${id}/turns/${turnOf(id)}/stream`),
  'POST /api/v1/conversations/{id}/turns/{turnId}/cancel': (client, id) =>
    client.post(`${CONVERSATIONS}/${id}/turns/${turnOf(id)}/cancel`, undefined),
  'POST /api/chat/send': (client, id) =>
    client.post('/api/chat/send', { conversationId: id, message: 'hi' }),
};

/** The turn of a conversation that has one; of another, an id that never was. */
const turns = new Map<string, string>();
const turnOf = (id: string): string => turns.get(id) ?? '01890a5d-ac96-774b-bcce-b302099a8057';

/** Every route that answers with the caller's own, whoever else has something. */
const OWN: Readonly<Record<string, Visit>> = {
  'GET /api/v1/conversations': (client) => client.get(CONVERSATIONS),
  'GET /api/v1/conversations/export': (client) => client.get(`${CONVERSATIONS}/export`),
  'POST /api/v1/conversations/flush': (client) => client.post(`${CONVERSATIONS}/flush`, undefined),
  'POST /api/chat/list-conversations': (client) => client.post('/api/chat/list-conversations', {}),
  'DELETE /api/v1/conversations': (client) => client.delete(CONVERSATIONS),
};

/** Create something of the caller's own; /health and /problems concern nobody. */
const OTHERS = ['POST /api/v1/conversations', 'POST /api/chat/start'];

describe.each(['memory', 'redis'] as const)('isolation over REST, in %s', (driver) => {
  let service: TestService;

  beforeAll(async () => {
    const store = { driver: 'redis', ...redisOptions() } as const;
    service = await startService(driver === 'redis' ? { store } : {});
  });
  afterAll(() => service.close());

  it('is tested on every route there is', async () => {
    const { text } = await service.client().get('/api/openapi.json');
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
    const operations = Object.entries(paths)
      .flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
      )
      .filter((operation) => !/\/(health|problems)/.test(operation));
    const tested = [...Object.keys(ROUTES), ...Object.keys(OWN), ...OTHERS];
    expect(operations.sort()).toEqual(tested.sort());
  });

  const strangers: [string, { sub: string; tid: string }][] = [
    ['another user of the tenant', { sub: 'mallory', tid: `contoso-${driver}` }],
    ['the same user of another tenant', { sub: 'alice', tid: `fabrikam-${driver}` }],
    ['a user whose id swallows the tenant', { sub: `contoso-${driver}:alice`, tid: '*' }],
  ];
  describe.each(strangers)('%s', (_, user) => {
    it.each(Object.keys(ROUTES))('gets from %s the answer of what never was', async (route) => {
      const visit = ROUTES[route] as Visit;
      const owner = service.client({ sub: 'alice', tid: `contoso-${driver}` });
      const stranger = service.client(user);
      const { id } = (await owner.post(CONVERSATIONS, {})).body;
      const { body: turn } = await owner.post(`${CONVERSATIONS}/${id}/turns`, { message: 's' });
      turns.set(id, turn.turnId);
      const { body: created } = await owner.get(`${CONVERSATIONS}/${id}`);
      const never = uuidv7();
      const [theirs, nobodys] = [await visit(stranger, created.id), await visit(stranger, never)];
      expect(theirs.status).toBe(404);
      expect(comparable(theirs, created.id)).toEqual(comparable(nobodys, never));
      const after = await owner.get(`${CONVERSATIONS}/${created.id}`);
      expect(after.body).toEqual(created);
    });

    it.each(Object.keys(OWN))('sees nothing at %s', async (route) => {
      const visit = OWN[route] as Visit;
      const owner = service.client({ sub: 'alice', tid: `contoso-${driver}` });
      const { body: created } = await owner.post(CONVERSATIONS, { title: 'secret' });
      const answer = await visit(service.client(user), created.id);
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain(created.id);
      expect(answer.text).not.toContain('secret');
      expect((await owner.get(`${CONVERSATIONS}/${created.id}`)).status).toBe(200);
    });
  });

  it('answers for an expired conversation as for one that never was', async () => {
    const store = { driver: 'redis', ...redisOptions({ ttlMs: 1 }) } as const;
    const short = await startService(driver === 'redis' ? { store } : { environment: SHORTEST });
    try {
      const client = short.client();
      const { body: created } = await client.post(CONVERSATIONS, {});
      const path = `${CONVERSATIONS}/${created.id}`;
      // A list counts as no access, which would put the end off.
      await until(async () => (await client.get(CONVERSATIONS)).body.data.length === 0);
      const answer = await client.get(path);
      const never = uuidv7();
      const nobodys = await client.get(`${CONVERSATIONS}/${never}`);
      expect(comparable(answer, created.id)).toEqual(comparable(nobodys, never));
    } finally {
      await short.close();
    }
  });

  const awkward = [
    'a:b',
    '{p1}',
    '*',
    'a/b',
    'a b',
    'ü',
    'u\u0308',
    '世界',
    '👋🏽',
    '%3A',
    'a\\b',
    '"',
  ];
  it('keeps owners with awkward names apart', async () => {
    const created = new Map<string, string>();
    for (const tid of awkward) {
      for (const sub of awkward) {
        const client = service.client({ sub, tid: `${driver}${tid}` });
        const { body } = await client.post(CONVERSATIONS, { title: `${tid} and ${sub}` });
        expect([body.title, body.id]).toEqual([`${tid} and ${sub}`, expect.any(String)]);
        created.set(body.id, body.title ?? '');
      }
    }
    for (const tid of awkward) {
      for (const sub of awkward) {
        const client = service.client({ sub, tid: `${driver}${tid}` });
        const { body } = await client.get(CONVERSATIONS);
        expect(body.data.map(({ title }) => title)).toEqual([`${tid} and ${sub}`]);
        await client.delete(CONVERSATIONS);
      }
    }
    expect(created.size).toBe(awkward.length ** 2);
  });
});

/** The lowest TTL that the environment can set: a second. */
const SHORTEST = { REDIS_TTL: '1' };

/** All of an answer that may not tell the two apart; the id itself is the caller's own. */
function comparable({ status, headers, text }: ApiResponse, id: string): unknown {
  const own = ['date', 'content-length', 'x-request-id'];
  const fields = [...headers].filter(([name]) => !own.includes(name));
  return { status, fields, text: text.replaceAll(id, '<id>').replaceAll(turnOf(id), '<turn>') };
}
