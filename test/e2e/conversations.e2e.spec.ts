import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS, type ApiClient, type ConversationBody } from '../support/api-client.js';
import { redisOptions } from '../support/redis-store.js';
import { startService, type TestService } from '../support/service.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe.each(['memory', 'redis'] as const)('conversations over REST, in %s', (driver) => {
  let service: TestService;
  let client: ApiClient;

  beforeAll(async () => {
    const store = { driver: 'redis', ...redisOptions() } as const;
    service = await startService(driver === 'redis' ? { store } : {});
  });
  beforeAll(() => {
    client = service.client();
  });
  afterAll(() => service.close());

  async function create(body: unknown = {}, as = client): Promise<string> {
    const { status, body: created } = await as.post(CONVERSATIONS, body);
    expect(status).toBe(201);
    return created.id;
  }

  describe('POST /conversations', () => {
    it('creates, and says where and which version', async () => {
      const me = service.client({ sub: 'ada', tid: 'lovelace' });
      const { status, headers, body } = await me.post(CONVERSATIONS, {
        title: 'Hello',
        externalId: 'x/1',
        metadata: { toString: 'kept', constructor: 'kept too' },
        messages: [
          { content: 'hi' },
          { parts: [{ type: 'file', url: 'x' }], metadata: { a: [1] } },
        ],
      });
      expect(status).toBe(201);
      expect(headers.get('location')).toBe(`${CONVERSATIONS}/${body.id}`);
      expect(headers.get('etag')).toBe('"1"');
      expect(body).toEqual({
        id: expect.stringMatching(UUID_V7),
        tenantId: 'lovelace',
        userId: 'ada',
        externalId: 'x/1',
        title: 'Hello',
        status: 'active',
        metadata: { toString: 'kept', constructor: 'kept too' },
        messageCount: 2,
        leafSeq: 2,
        version: 1,
        createdAt: expect.stringMatching(ISO_UTC),
        updatedAt: body.createdAt,
        lastAccessedAt: body.createdAt,
        expiresAt: expect.stringMatching(ISO_UTC),
        messages: [
          {
            id: expect.stringMatching(UUID_V7),
            seq: 1,
            role: 'user',
            parts: [{ type: 'text', text: 'hi' }],
            createdAt: body.createdAt,
          },
          {
            id: expect.stringMatching(UUID_V7),
            seq: 2,
            role: 'user',
            parts: [{ type: 'file', url: 'x' }],
            metadata: { a: [1] },
            createdAt: body.createdAt,
          },
        ],
      });
      const read = await me.get(`${CONVERSATIONS}/${body.id}`);
      expect(read.body).toEqual({ ...body, hasMore: false });
      await me.delete(CONVERSATIONS);
    });

    it('lets the service role alone write for others than the user', async () => {
      const messages = [{ role: 'assistant', content: 'hi' }];
      const refused = await client.post(CONVERSATIONS, { messages });
      expect(refused.status).toBe(403);
      expect(refused.body.type).toBe('/problems/forbidden');
      const asService = service.client({ roles: ['Conversations.Service'] });
      expect((await asService.post(CONVERSATIONS, { messages })).status).toBe(201);
    });
  });

  describe('GET /conversations/:id', () => {
    it('returns the last messages, as many as asked for', async () => {
      const messages = Array.from({ length: 60 }, (_, i) => ({ content: `${i + 1}` }));
      const id = await create({ messages });
      const seqs = async (query: string): Promise<number[]> => {
        const { body } = await client.get(`${CONVERSATIONS}/${id}${query}`);
        return body.messages.map(({ seq }) => seq);
      };
      expect(await seqs('')).toEqual(Array.from({ length: 50 }, (_, i) => i + 11));
      expect(await seqs('?messages=2')).toEqual([59, 60]);
      expect(await seqs('?messages=0')).toEqual([]);
      expect(await seqs('?messages=200')).toHaveLength(60);
    });

    it('has those that fit into a page, and says that there are more', async () => {
      const me = service.client();
      const messages = Array.from({ length: 16 }, () => ({ content: 'x'.repeat(60_000) }));
      const id = await create({ messages }, me);
      await me.post(`${CONVERSATIONS}/${id}/messages`, { messages });
      const { body, text } = await me.get(`${CONVERSATIONS}/${id}?messages=200`);
      expect(body.hasMore).toBe(true);
      expect(body.messages.at(-1)?.seq).toBe(32);
      expect(text.length).toBeLessThan(1_100_000);
      const before = body.messages[0]?.seq ?? 0;
      const older = await me.get(`${CONVERSATIONS}/${id}/messages?limit=200&before=${before}`);
      expect(older.body.hasMore).toBe(false);
      expect(older.body.data.length + body.messages.length).toBe(32);
    });

    it('answers 304 while the version is the one the client has', async () => {
      const id = await create();
      const path = `${CONVERSATIONS}/${id}`;
      const same = await client.get(path, { 'If-None-Match': 'W/"0", "1"' });
      expect([same.status, same.text, same.headers.get('etag')]).toEqual([304, '', '"1"']);
      await client.patch(path, { title: 'new' });
      const changed = await client.get(path, { 'If-None-Match': '"1"' });
      expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
    });

    it('finds an id in upper case', async () => {
      const id = await create();
      expect((await client.get(`${CONVERSATIONS}/${id.toUpperCase()}`)).status).toBe(200);
    });
  });

  describe('PATCH /conversations/:id', () => {
    it('merges, and moves the version', async () => {
      const id = await create({ title: 'a', externalId: 'x', metadata: { a: '1', b: '2' } });
      const { status, headers, body } = await client.patch(`${CONVERSATIONS}/${id}`, {
        title: null,
        status: 'completed',
        metadata: { a: null, c: '3' },
      });
      expect([status, headers.get('etag')]).toEqual([200, '"2"']);
      expect(body).toMatchObject({ status: 'completed', metadata: { b: '2', c: '3' }, version: 2 });
      expect(body).not.toHaveProperty('title');
      expect(body.externalId).toBe('x');
    });

    it('takes a body of application/merge-patch+json', async () => {
      const path = `${CONVERSATIONS}/${await create()}`;
      const headers = { 'Content-Type': 'application/merge-patch+json' };
      expect((await client.patch(path, { title: 'x' }, headers)).status).toBe(200);
    });

    it.each(['"7"', 'W/"1"', '"other"'])('answers 412 to If-Match %s', async (tag) => {
      const path = `${CONVERSATIONS}/${await create()}`;
      const { status, headers, body } = await client.patch(
        path,
        { title: 'x' },
        { 'If-Match': tag },
      );
      expect([status, headers.get('etag')]).toEqual([412, '"1"']);
      expect(body.type).toBe('/problems/version-conflict');
    });

    it.each(['"1"', '*'])('changes what If-Match %s names', async (tag) => {
      const path = `${CONVERSATIONS}/${await create()}`;
      expect((await client.patch(path, { title: 'x' }, { 'If-Match': tag })).status).toBe(200);
    });
  });

  describe('DELETE /conversations/:id', () => {
    it('deletes, and then there is none', async () => {
      const path = `${CONVERSATIONS}/${await create()}`;
      expect((await client.delete(path, { 'If-Match': '"9"' })).status).toBe(412);
      const deleted = await client.delete(path);
      expect([deleted.status, deleted.text]).toEqual([204, '']);
      expect((await client.get(path)).status).toBe(404);
      expect((await client.delete(path)).status).toBe(404);
    });
  });

  describe('GET /conversations', () => {
    it('pages through the own ones, and filters by status', async () => {
      const me = service.client();
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) ids.push(await create({ title: `${i}` }, me));
      await me.patch(`${CONVERSATIONS}/${ids[0]}`, { status: 'archived' });
      const seen: string[] = [];
      let cursor = '';
      const sizes: number[] = [];
      do {
        const { body } = await me.get(`${CONVERSATIONS}?limit=2${cursor}`);
        sizes.push(body.data.length);
        seen.push(...body.data.map(({ id }) => id));
        cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
      } while (cursor !== '');
      expect(sizes).toEqual([2, 2, 1]);
      expect([...seen].sort()).toEqual([...ids].sort());

      const archived = await me.get(`${CONVERSATIONS}?status=archived`);
      expect(archived.body.data.map(({ id }) => id)).toEqual([ids[0]]);
      expect(archived.body.data[0]).not.toHaveProperty('messages');
      const both = await me.get(`${CONVERSATIONS}?status=archived&status=active`);
      expect(both.body.data).toHaveLength(5);
      expect(both.body.nextCursor).toBeNull();
    });
  });

  describe('messages', () => {
    it('appends all in order, and returns them with the conversation', async () => {
      const id = await create({ messages: [{ content: 'a' }] });
      const path = `${CONVERSATIONS}/${id}/messages`;
      const { status, headers, body } = await client.post(path, {
        messages: [{ content: 'b' }, { role: 'user', content: 'c' }],
      });
      expect([status, headers.get('etag')]).toEqual([201, '"2"']);
      expect(body.data.map(({ seq }) => seq)).toEqual([2, 3]);
      expect(body.conversation).toMatchObject({ id, messageCount: 3, version: 2 });

      const page = async (query: string): Promise<unknown> => {
        const { body: page } = await client.get(`${path}${query}`);
        return { seqs: page.data.map(({ seq }) => seq), hasMore: page.hasMore };
      };
      expect(await page('')).toEqual({ seqs: [1, 2, 3], hasMore: false });
      expect(await page('?limit=2')).toEqual({ seqs: [2, 3], hasMore: true });
      expect(await page('?before=3&limit=1')).toEqual({ seqs: [2], hasMore: true });
      expect(await page('?after=1')).toEqual({ seqs: [2, 3], hasMore: false });
      expect(await page('?after=0&limit=2')).toEqual({ seqs: [1, 2], hasMore: true });
    });

    it('answers 409 when the conversation is closed', async () => {
      const id = await create();
      await client.patch(`${CONVERSATIONS}/${id}`, { status: 'completed' });
      const messages = [{ content: 'late' }];
      const { status, body } = await client.post(`${CONVERSATIONS}/${id}/messages`, { messages });
      expect([status, body.type]).toEqual([409, '/problems/conversation-closed']);
    });
  });

  describe('Idempotency-Key', () => {
    it('creates once', async () => {
      const me = service.client();
      const key = { 'Idempotency-Key': 'create-1' };
      const body = { title: 'once', messages: [{ content: 'a' }] };
      const first = await me.post(CONVERSATIONS, body, key);
      const again = await me.post(CONVERSATIONS, body, key);
      expect([first.status, again.status]).toEqual([201, 201]);
      expect(again.body).toEqual(first.body);
      expect(first.headers.has('idempotency-replayed')).toBe(false);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
      const other = await me.post(CONVERSATIONS, { title: 'other' }, key);
      expect([other.status, other.body.type]).toEqual([422, '/problems/idempotency-mismatch']);
      expect((await me.get(CONVERSATIONS)).body.data).toHaveLength(1);
    });

    it('appends once', async () => {
      const path = `${CONVERSATIONS}/${await create()}/messages`;
      const key = { 'Idempotency-Key': `append-${path}` };
      const body = { messages: [{ content: 'a' }] };
      const first = await client.post(path, body, key);
      const again = await client.post(path, body, key);
      expect(again.status).toBe(201);
      expect(again.body.data).toEqual(first.body.data);
      expect(again.body.conversation.messageCount).toBe(1);
    });
  });

  describe('DELETE /conversations', () => {
    it('erases everything of the caller and nothing else', async () => {
      const [me, other] = [service.client(), service.client()];
      await create({}, me);
      await create({}, me);
      const theirs = await create({}, other);
      expect((await me.delete(CONVERSATIONS)).body).toEqual({ deleted: 2 });
      expect((await me.get(CONVERSATIONS)).body).toEqual({ data: [], nextCursor: null });
      expect((await other.get(`${CONVERSATIONS}/${theirs}`)).status).toBe(200);
    });
  });

  describe('GET /conversations/export', () => {
    it('streams a conversation a line, with all its messages', async () => {
      const me = service.client();
      expect((await me.get(`${CONVERSATIONS}/export`)).text).toBe('');
      const messages = Array.from({ length: 100 }, (_, i) => ({ content: `${i + 1}` }));
      const long = await create({ title: 'long', messages }, me);
      for (let i = 1; i < 5; i++) await me.post(`${CONVERSATIONS}/${long}/messages`, { messages });
      const empty = await create({ title: 'empty' }, me);
      const { status, headers, text } = await me.get(`${CONVERSATIONS}/export`);
      expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as ConversationBody);
      const exported = new Map(lines.map((line) => [line.id, line]));
      expect([...exported.keys()].sort()).toEqual([long, empty].sort());
      const read = await me.get(`${CONVERSATIONS}/${empty}`);
      expect({ ...exported.get(empty), hasMore: false }).toEqual(read.body);
      expect(exported.get(long)?.messages.map(({ seq }) => seq)).toEqual(
        Array.from({ length: 500 }, (_, i) => i + 1),
      );
    });
  });

  describe('the chat names', () => {
    it('start, send and list on the same service', async () => {
      const me = service.client();
      const started = await me.post('/api/chat/start', { title: 'chat' });
      expect(started.status).toBe(201);
      const { conversationId } = started.body;
      expect(started.body.conversation).toMatchObject({ id: conversationId, messages: [] });

      const key = { 'Idempotency-Key': 'send' };
      const sent = await me.post('/api/chat/send', { conversationId, message: 'hi' }, key);
      expect(sent.status).toBe(200);
      expect(sent.body).toMatchObject({
        conversationId,
        messages: [{ seq: 1, role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
      });
      const again = await me.post('/api/chat/send', { conversationId, message: 'hi' }, key);
      expect(again.body).toEqual(sent.body);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      const message = { content: 'as an object', metadata: { a: 1 } };
      expect((await me.post('/api/chat/send', { conversationId, message })).status).toBe(200);

      const listed = await me.post('/api/chat/list-conversations', { limit: 1, status: 'active' });
      expect(listed.status).toBe(200);
      expect(listed.body.conversations).toMatchObject([{ id: conversationId, messageCount: 2 }]);
      expect(listed.body.nextCursor).toBeNull();
      expect((await me.get(CONVERSATIONS)).body.data).toHaveLength(1);
    });
  });
});
