import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import { expectErrors } from '../support/expect-problem.js';
import { useConversation } from '../support/use-conversation.js';

const CHAT_START = '/api/chat/start';
const CHAT_SEND = '/api/chat/send';
const CHAT_LIST = '/api/chat/list-conversations';

const api = useConversation();

const BODY_ROUTES: readonly (readonly [method: string, path: string])[] = [
  ['POST', CONVERSATIONS],
  ['PATCH', `${CONVERSATIONS}/${randomUUID()}`],
  ['POST', `${CONVERSATIONS}/${randomUUID()}/messages`],
  ['POST', CHAT_START],
  ['POST', CHAT_SEND],
  ['POST', CHAT_LIST],
];

describe('an id that is no UUID', () => {
  const ROUTES = [
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['GET', '/messages'],
    ['POST', '/messages'],
  ] as const;
  const IDS = [
    '1',
    'undefined',
    '__proto__',
    '%00',
    '*',
    '..%2f..%2fhealth',
    '018f4e6a7b2c7d3e8f90123456789abc',
    '018f4e6a-7b2c-7d3e-8f90-12345678abcg',
    '018f4e6a-7b2c-7d3e-8f90-123456789abc%0a',
    '%7b018f4e6a-7b2c-7d3e-8f90-123456789abc%7d',
  ];

  it.each(ROUTES.flatMap(([method, path]) => IDS.map((bad) => [method, `/${bad}${path}`])))(
    'is 400: %s %s',
    async (method, path) => {
      const body = { PATCH: {}, POST: { messages: [{ content: 'x' }] } }[method];
      expectErrors(await api.client.request(method, CONVERSATIONS + path, body), 'id');
    },
  );

  it.each(['1', '', null, 7, {}, ['018f4e6a-7b2c-7d3e-8f90-123456789abc']])(
    'is 400 in a body: %j',
    async (conversationId) => {
      const response = await api.client.post(CHAT_SEND, { conversationId, message: 'x' });
      expectErrors(response, 'conversationId');
    },
  );
});

describe('a cursor', () => {
  async function cursorOf(as: ApiClient): Promise<string> {
    for (let i = 0; i < 2; i++) await as.post(CONVERSATIONS, {});
    return (await as.get(`${CONVERSATIONS}?limit=1`)).body.nextCursor as string;
  }

  it('is good for its owner', async () => {
    const me = api.service.client();
    const { status, body } = await me.get(`${CONVERSATIONS}?cursor=${await cursorOf(me)}`);
    expect([status, body.data.length]).toEqual([200, 1]);
  });

  it.each([
    ['of another owner', (cursor: string) => cursor, true],
    ['with another time', (cursor: string) => reencode(cursor, /^[^.]+/, '1'), false],
    ['with another id', (cursor: string) => reencode(cursor, /\.[^.]+/, `.${randomUUID()}`), false],
    ['without its check', (cursor: string) => reencode(cursor, /\.[^.]*$/, ''), false],
    ['with more after it', (cursor: string) => reencode(cursor, /$/, '.x'), false],
    ['cut short', (cursor: string) => cursor.slice(0, -1), false],
    ['with a stray character', (cursor: string) => `${cursor}!`, false],
    ['that is empty', () => '', false],
    ['that is garbled', () => 'garbled', false],
    ['with NUL', () => '%00', false],
    ['that is long', () => 'a'.repeat(5_000), false],
    ['given twice', (cursor: string) => `${cursor}&cursor=${cursor}`, false],
  ])('%s is 400', async (_, forge, isOthers) => {
    const me = api.service.client();
    const cursor = forge(await cursorOf(isOthers ? api.service.client() : me));
    expectErrors(await me.get(`${CONVERSATIONS}?cursor=${cursor}`), 'cursor');
  });

  it.each(['', 'garbled', null, 1, ['a']])('in a body is 400: %j', async (cursor) => {
    expectErrors(await api.client.post(CHAT_LIST, { cursor }), 'cursor');
  });

  function reencode(cursor: string, part: RegExp, replacement: string): string {
    const text = Buffer.from(cursor, 'base64url').toString().replace(part, replacement);
    return Buffer.from(text).toString('base64url');
  }
});

describe('a number in a query', () => {
  const WRONG = '0 -1 -0 1e9 1000000000 0x10 1e1 1.0 +5 %2B5 %2020 20%20 01 NaN Infinity null %00';
  const NUMBERS = ['', '５', ...WRONG.split(' ')];

  it.each(NUMBERS)('is 400: limit=%s', async (limit) => {
    const query = `?limit=${limit}`;
    expectErrors(await api.client.get(`${CONVERSATIONS}${query}`), 'limit');
    expectErrors(await api.client.get(`${CONVERSATIONS}/${api.id}/messages${query}`), 'limit');
  });

  it.each(NUMBERS.filter((value) => value !== '0'))('is 400: messages=%s', async (messages) => {
    expectErrors(
      await api.client.get(`${CONVERSATIONS}/${api.id}?messages=${messages}`),
      'messages',
    );
  });

  it.each([
    ['before', '0'],
    ['before', '-1'],
    ['before', '1e1'],
    ['after', '-1'],
    ['after', '0x1'],
    ['after', ''],
    ['after', '1&before=2'],
    ['after', '9999999999999999999'],
  ])('is 400: %s=%s', async (field, value) => {
    expectErrors(
      await api.client.get(`${CONVERSATIONS}/${api.id}/messages?${field}=${value}`),
      field,
    );
  });

  it.each([
    [`${CONVERSATIONS}?limit=1&limit=1`, 'limit'],
    [`${CONVERSATIONS}?limit[]=1`, 'limit[]'],
    [`${CONVERSATIONS}/${randomUUID()}?messages=1&messages=2`, 'messages'],
    [`${CONVERSATIONS}/${randomUUID()}/messages?after=1&after=2`, 'after'],
    [`${CONVERSATIONS}/${randomUUID()}/messages?before=1&before=2`, 'before'],
  ])('is 400 where it is given twice: %s', async (path, field) => {
    expectErrors(await api.client.get(path), field);
  });

  it.each([0, -1, 101, 1e9, 1.5, '20', null, [1]])('is 400 in a body: %j', async (limit) => {
    expectErrors(await api.client.post(CHAT_LIST, { limit }), 'limit');
  });
});

describe('a query', () => {
  it.each(['userId', '__proto__', 'constructor', 'hasOwnProperty', 'toString', 'Limit', '%00'])(
    'with an unknown parameter is 400: %s',
    async (name) => {
      const field = decodeURIComponent(name);
      for (const path of ['', `/${api.id}`, `/${api.id}/messages`]) {
        expectErrors(await api.client.get(`${CONVERSATIONS}${path}?${name}=1`), field);
      }
    },
  );

  it.each(['status=', 'status=deleted', 'status=active&status=x', 'status=toString'])(
    'with a status that there is not is 400: %s',
    async (query) => expectErrors(await api.client.get(`${CONVERSATIONS}?${query}`), 'status'),
  );
});

describe('a body', () => {
  const MESSAGE = { content: 'x' };

  it.each<[body: unknown, ...fields: string[]]>([
    [{ userId: 'x' }, 'userId'],
    [{ tenantId: 'x', id: randomUUID() }, 'tenantId', 'id'],
    [{ hasOwnProperty: 1 }, 'hasOwnProperty'],
    [{ constructor: 1, toString: 1 }, 'constructor', 'toString'],
    [{ status: 'active' }, 'status'],
    [{ '': 1 }, ''],
    [{ title: 1 }, 'title'],
    [{ title: null }, 'title'],
    [{ title: '' }, 'title'],
    [{ title: ['x'] }, 'title'],
    [{ title: { length: 5 } }, 'title'],
    [{ externalId: 7, title: true, a: 1 }, 'a', 'externalId', 'title'],
    [{ metadata: null }, 'metadata'],
    [{ metadata: [] }, 'metadata'],
    [{ metadata: 'x' }, 'metadata'],
    [{ metadata: { a: 1 } }, 'metadata'],
    [{ metadata: { a: null } }, 'metadata'],
    [{ metadata: { '': 'x' } }, 'metadata'],
    [{ messages: null }, 'messages'],
    [{ messages: 'x' }, 'messages'],
    [{ messages: MESSAGE }, 'messages'],
    [{ messages: { length: 1, 0: MESSAGE } }, 'messages'],
  ])('for a conversation is 400: %j', async (body, ...fields) => {
    expectErrors(await api.client.post(CONVERSATIONS, body), ...fields);
    expectErrors(await api.client.post(CHAT_START, body), ...fields);
  });

  it.each<[message: unknown, field: string]>([
    [{}, 'messages.0.content'],
    [{ content: 'x', parts: [{ type: 'text', text: 'x' }] }, 'messages.0.parts'],
    [{ content: null }, 'messages.0.content'],
    [{ content: '' }, 'messages.0.content'],
    [{ content: 7 }, 'messages.0.content'],
    [{ content: ['x'] }, 'messages.0.content'],
    [{ parts: [] }, 'messages.0.parts'],
    [{ parts: null }, 'messages.0.parts'],
    [{ parts: 'x' }, 'messages.0.parts'],
    [{ parts: [null] }, 'messages.0.parts'],
    [{ parts: [[]] }, 'messages.0.parts'],
    [{ parts: ['x'] }, 'messages.0.parts'],
    [{ parts: [{}] }, 'messages.0.parts'],
    [{ parts: [{ type: '' }] }, 'messages.0.parts'],
    [{ parts: [{ type: 7 }] }, 'messages.0.parts'],
    [{ parts: [{ type: 'text' }] }, 'messages.0.parts'],
    [{ parts: [{ type: 'text', text: 7 }] }, 'messages.0.parts'],
    [{ content: 'x', role: 'root' }, 'messages.0.role'],
    [{ content: 'x', role: 'toString' }, 'messages.0.role'],
    [{ content: 'x', role: null }, 'messages.0.role'],
    [{ content: 'x', metadata: null }, 'messages.0.metadata'],
    [{ content: 'x', metadata: [] }, 'messages.0.metadata'],
    [{ content: 'x', seq: 1 }, 'messages.0.seq'],
    [{ content: 'x', hasOwnProperty: 1 }, 'messages.0.hasOwnProperty'],
    [null, 'messages.0'],
    ['x', 'messages.0'],
    [7, 'messages.0'],
    [[], 'messages.0'],
    [[MESSAGE], 'messages.0'],
  ])('with a message is 400: %j', async (message, field) => {
    const messages = [message];
    expectErrors(await api.client.post(CONVERSATIONS, { messages }), field);
    expectErrors(await api.client.post(CHAT_START, { messages }), field);
    expectErrors(await api.client.post(`${CONVERSATIONS}/${api.id}/messages`, { messages }), field);
    const trusted = api.service.client({ roles: ['Conversations.Service'] });
    expectErrors(await trusted.post(CONVERSATIONS, { messages }), field);
    if (typeof message === 'string') return;
    const sent = await api.client.post(CHAT_SEND, { conversationId: api.id, message });
    expectErrors(sent, field.replace('messages.0', 'message'));
  });

  it('names the message that is wrong, and every mistake', async () => {
    const messages = [MESSAGE, { content: '', extra: 1 }, MESSAGE, { role: 'x', content: 'x' }];
    const response = await api.client.post(CONVERSATIONS, { title: 7, messages });
    const fields = ['messages.1.extra', 'messages.3.role', 'title', 'messages.1.content'];
    expectErrors(response, ...fields);
  });

  it.each([[[]], [undefined], [Array.from({ length: 101 }, () => MESSAGE)]])(
    'appends 1 to 100 messages, else 400',
    async (messages) => {
      const response = await api.client.post(`${CONVERSATIONS}/${api.id}/messages`, { messages });
      expectErrors(response, 'messages');
    },
  );

  it.each<[patch: unknown, field: string]>([
    [{ status: null }, 'status'],
    [{ status: 'deleted' }, 'status'],
    [{ title: 1 }, 'title'],
    [{ title: '' }, 'title'],
    [{ metadata: { a: 1 } }, 'metadata'],
    [{ metadata: 'x' }, 'metadata'],
    [{ messages: [] }, 'messages'],
    [{ version: 7 }, 'version'],
    [{ expiresAt: 'x' }, 'expiresAt'],
  ])('that patches is 400: %j', async (patch, field) => {
    expectErrors(await api.client.patch(`${CONVERSATIONS}/${api.id}`, patch), field);
  });

  it.each(BODY_ROUTES)('that is no object is 400: %s %s', async (method, path) => {
    for (const text of ['null', '[]', '[{}]', '"x"', '7', 'true', '', ' ']) {
      expectErrors(await api.client.request(method, path, text), 'body');
    }
    expectErrors(await api.client.request(method, path), 'body');
  });

  it.each(BODY_ROUTES)('that is no JSON is 400: %s %s', async (method, path) => {
    for (const text of [
      '{',
      '{"a":1,}',
      "{'a':1}",
      '{}{}',
      '{"title":"\n"}',
      'undefined',
      ']',
      '"',
    ]) {
      expectErrors(await api.client.request(method, path, text), 'body');
    }
  });
});
