import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS } from '../support/api-client.js';
import { expectErrors, expectProblem } from '../support/expect-problem.js';
import { rawRequest } from '../support/raw-request.js';
import { startService, type TestService } from '../support/service.js';
import { useConversation } from '../support/use-conversation.js';

const SEND = '/api/chat/send';
const BODY_LIMIT = 256 * 1024;

const api = useConversation();

/** A JSON text in every place where a client's own text goes. */
function requestsWith(json: string): [method: string, path: string, body: string][] {
  const messages = `/${api.id}/messages`;
  return [
    ['POST', '', `{"title":${json}}`],
    ['POST', '', `{"externalId":${json}}`],
    ['POST', '', `{"metadata":{"a":${json}}}`],
    ['POST', '', `{"metadata":{${json}:"a"}}`],
    ['POST', '', `{${json}:"a"}`],
    ['PATCH', `/${api.id}`, `{"title":${json}}`],
    ['PATCH', `/${api.id}`, `{"metadata":{${json}:null}}`],
    ['POST', messages, `{"messages":[{"content":${json}}]}`],
    ['POST', messages, `{"messages":[{"parts":[{"type":${json}}]}]}`],
    ['POST', messages, `{"messages":[{"parts":[{"type":"x","deep":[{${json}:1}]}]}]}`],
    ['POST', messages, `{"messages":[{"content":"x","metadata":{"a":${json}}}]}`],
    ['POST', '/api/chat/start', `{"title":${json}}`],
    ['POST', SEND, `{"conversationId":"${api.id}","message":${json}}`],
  ].map(([method = '', path = '', body = '']) => [
    method,
    path.startsWith('/api') ? path : CONVERSATIONS + path,
    body,
  ]);
}

describe('text that no database keeps is 400', () => {
  it.each([
    ['NUL', '"a\\u0000b"'],
    ['NUL at the end', '"\\u0000"'],
    ['a raw NUL', '"a\0b"'],
    ['a high surrogate alone', '"\\ud83d"'],
    ['a high surrogate before text', '"\\uD83Dx"'],
    ['a low surrogate alone', '"\\ude00"'],
    ['two high surrogates', '"\\ud83d\\ud83d"'],
    ['a pair the wrong way round', '"\\ude00\\ud83d"'],
    ['a low surrogate after a pair', '"\\ud83d\\ude00\\ude00"'],
    ['a high surrogate before an escape', '"\\ud83d\\n\\ude00"'],
  ])('%s', async (_, json) => {
    for (const [method, path, body] of requestsWith(json)) {
      expectErrors(await api.client.request(method, path, body), 'body');
    }
  });

  it.each([
    ['a lone continuation byte', [0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['an overlong NUL', [0xc0, 0x80]],
    ['an encoded surrogate', [0xed, 0xa0, 0xbd]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['Latin-1', [0xe9]],
  ])('%s in place of UTF-8', async (_, bytes) => {
    const [before, after] = [Buffer.from('{"title":"a'), Buffer.from('b"}')];
    const body = Buffer.concat([before, Buffer.from(bytes), after]);
    expectErrors(await api.client.post(CONVERSATIONS, body), 'body');
    expectErrors(await api.client.post('/api/chat/start', body), 'body');
  });

  it('UTF-16', async () => {
    const body = Buffer.from('\ufeff{"title":"x"}', 'utf16le');
    expectErrors(await api.client.post(CONVERSATIONS, body), 'body');
  });

  it('but whole characters are kept, escaped or not', async () => {
    const text = '{"title":"\\ud83d\\ude00 😀 \\\\ud83d \\u00e9"}';
    const { status, body } = await api.client.post(CONVERSATIONS, text);
    expect([status, body.title]).toEqual([201, '😀 😀 \\ud83d é']);
  });

  it('but a byte order mark is ignored', async () => {
    const { status, body } = await api.client.post(CONVERSATIONS, '\ufeff{"title":"x"}');
    expect([status, body.title]).toEqual([201, 'x']);
  });
});

describe('names of Object.prototype', () => {
  it.each([
    '{"__proto__":{"polluted":true}}',
    '{"\\u005f_proto__":{"polluted":true}}',
    '{"\\u005F\\u005fpr\\u006fto__":{"polluted":true}}',
    '{"__proto__" : null}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"\\u0063onstructor":{"prototype":{"polluted":true}}}',
    '{"constructor":{"\\u0070rototype":{"polluted":true}}}',
  ])('that pollute are 400 at any depth: %s', async (json) => {
    const places = [
      [CONVERSATIONS, json],
      [CONVERSATIONS, `{"metadata":${json}}`],
      [CONVERSATIONS, `{"messages":[${json}]}`],
      [`${CONVERSATIONS}/${api.id}/messages`, `{"messages":[{"content":"x","metadata":${json}}]}`],
      [
        `${CONVERSATIONS}/${api.id}/messages`,
        `{"messages":[{"parts":[{"type":"x","y":[${json}]}]}]}`,
      ],
      ['/api/chat/start', `{"metadata":${json}}`],
      [SEND, `{"conversationId":"${api.id}","message":${json}}`],
      ['/api/chat/list-conversations', json],
    ] as const;
    for (const [path, body] of places) expectErrors(await api.client.post(path, body), 'body');
    expectErrors(
      await api.client.patch(`${CONVERSATIONS}/${api.id}`, `{"metadata":${json}}`),
      'body',
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each(['null', '"x"', '7', '{}'])('make no class of an object: %s', async (constructor) => {
    const messages = `{"messages":{"constructor":${constructor}}}`;
    expectErrors(await api.client.post(CONVERSATIONS, messages), 'messages');
    expectErrors(
      await api.client.post(`${CONVERSATIONS}/${api.id}/messages`, messages),
      'messages',
    );
  });

  it('are kept exactly as keys of metadata and of parts', async () => {
    const names = ['toString', 'hasOwnProperty', 'constructor', 'valueOf', 'prototype', 'length'];
    const metadata = Object.fromEntries(names.map((name) => [name, `the ${name}`]));
    const part = { type: 'x', constructor: { name: 'y' }, toString: [1], prototype: null };
    const message = { parts: [part], metadata: { ...metadata, hasOwnProperty: { a: 1 } } };
    const { status, body } = await api.client.post(CONVERSATIONS, {
      metadata,
      messages: [message],
    });
    expect(status).toBe(201);
    const read = (await api.client.get(`${CONVERSATIONS}/${body.id}`)).body;
    expect(read.metadata).toEqual(metadata);
    expect(read.messages[0]).toMatchObject({ parts: [part], metadata: message.metadata });
  });

  it('are merged and removed like any other key', async () => {
    const path = `${CONVERSATIONS}/${api.id}`;
    const set = await api.client.patch(
      path,
      '{"metadata":{"constructor":"a","toString":"b","c":"d"}}',
    );
    expect(set.body.metadata).toEqual({ constructor: 'a', toString: 'b', c: 'd' });
    const removed = await api.client.patch(
      path,
      '{"metadata":{"constructor":null,"toString":null}}',
    );
    expect([removed.status, Object.keys(removed.body.metadata)]).toEqual([200, ['c']]);
  });
});

describe('more than any honest client sends is 400', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  const objects = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
  const list = (count: number, item: string): string => `[${Array(count).fill(item).join(',')}]`;
  const keys = (count: number): string =>
    `{${Array.from({ length: count }, (_, i) => `"${i}":1`).join(',')}}`;

  it.each([
    ['arrays nested 5,000 deep', nested(5_000)],
    ['objects nested 5,000 deep', objects(5_000)],
    ['arrays never closed', '['.repeat(100_000)],
    ['300,000 elements', list(300_000, '1')],
    ['300,000 elements of arrays', list(300_000, '[]')],
    ['60,000 keys', keys(60_000)],
    ['45,000 elements', list(45_000, '1')],
    ['20,000 empty objects', list(20_000, '{}')],
    ['20,000 empty arrays', list(20_000, '[]')],
    ['20,000 messages', list(20_000, '{"content":"x"}')],
    ['40,000 keys', keys(40_000)],
  ])('%s', async (_, json) => {
    const bodies = [json, `{"metadata":${json}}`, `{"messages":${json}}`, `{"title":${json}}`];
    for (const body of bodies) expectProblem(await api.client.post(CONVERSATIONS, body), 400);
    expectProblem(
      await api.client.patch(`${CONVERSATIONS}/${api.id}`, `{"metadata":${json}}`),
      400,
    );
    const message = `{"conversationId":"${api.id}","message":${json}}`;
    expectProblem(await api.client.post(SEND, message), 400);
    const append = await api.client.post(
      `${CONVERSATIONS}/${api.id}/messages`,
      `{"messages":${json}}`,
    );
    expectProblem(append, 400);
  });

  it('with an answer that is no longer than it helps', async () => {
    const { body } = await api.client.post(CONVERSATIONS, keys(1_000));
    expect(body.errors).toHaveLength(20);
    const long = await api.client.post(CONVERSATIONS, { [`x${'y'.repeat(100_000)}`]: 1 });
    expectProblem(long, 400);
    expect(long.text.length).toBeLessThan(2_000);
  });
});

describe('a bound is kept on the character', () => {
  const KIB = 1024;
  /** As long in UTF-16, in which metadata is measured. */
  const wide = (units: number): string => '😀'.repeat(units / 2);

  it.each([
    ['title', { title: 'x'.repeat(200) }, { title: 'x'.repeat(201) }],
    ['title', { title: '😀'.repeat(200) }, { title: '😀'.repeat(201) }],
    ['externalId', { externalId: 'x'.repeat(255) }, { externalId: 'x'.repeat(256) }],
    ['metadata', { metadata: labels(16) }, { metadata: labels(17) }],
    ['metadata', { metadata: { [wide(64)]: 'x' } }, { metadata: { [`${wide(64)}x`]: 'x' } }],
    ['metadata', { metadata: { a: 'x'.repeat(512) } }, { metadata: { a: 'x'.repeat(513) } }],
  ])('of %s', async (field, good, bad) => {
    for (const path of [CONVERSATIONS, '/api/chat/start']) {
      expect((await api.client.post(path, good)).status).toBe(201);
      expectErrors(await api.client.post(path, bad), field);
    }
    expect((await api.client.patch(`${CONVERSATIONS}/${api.id}`, { ...good })).status).toBe(200);
    expectErrors(await api.client.patch(`${CONVERSATIONS}/${api.id}`, bad), field);
    await api.client.patch(`${CONVERSATIONS}/${api.id}`, { metadata: null });
  });

  it.each([
    ['content', { content: 'x'.repeat(63 * KIB) }, { content: 'x'.repeat(64 * KIB) }],
    ['content', { content: 'é'.repeat(31 * KIB) }, { content: 'é'.repeat(32 * KIB) }],
    ['content', { content: '\n'.repeat(31 * KIB) }, { content: '\n'.repeat(33 * KIB) }],
    [
      'content',
      { content: 'x', metadata: { a: 'x'.repeat(63 * KIB) } },
      { content: 'x', metadata: { a: 'x'.repeat(64 * KIB) } },
    ],
    [
      'parts',
      { parts: [{ type: 'a', data: 'x'.repeat(63 * KIB) }] },
      { parts: [{ type: 'a', data: 'x'.repeat(64 * KIB) }] },
    ],
  ])('of the %s of a message', async (field, good, bad) => {
    const path = `${CONVERSATIONS}/${api.id}/messages`;
    expect((await api.client.post(path, { messages: [good] })).status).toBe(201);
    expectErrors(await api.client.post(path, { messages: [good, bad] }), `messages.1.${field}`);
    expectErrors(await api.client.post(CONVERSATIONS, { messages: [bad] }), `messages.0.${field}`);
    const sent = await api.client.post(SEND, { conversationId: api.id, message: bad });
    expectErrors(sent, `message.${field}`);
  });

  it('of the metadata that a patch leaves behind', async () => {
    const { body } = await api.client.post(CONVERSATIONS, { metadata: labels(16) });
    const path = `${CONVERSATIONS}/${body.id}`;
    expectErrors(await api.client.patch(path, { metadata: { more: 'x' } }), 'metadata');
    expect((await api.client.patch(path, { metadata: { more: 'x', k0: null } })).status).toBe(200);
  });

  function labels(count: number): Record<string, string> {
    return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'x']));
  }
});

describe('caps', () => {
  let small: TestService;

  beforeAll(async () => {
    small = await startService({
      environment: {
        MAX_MESSAGES_PER_CONVERSATION: '3',
        MAX_CONVERSATIONS_PER_USER: '2',
        BODY_LIMIT: String(BODY_LIMIT),
        MAX_MESSAGE_BYTES: String(128 * 1024),
      },
    });
  });
  afterAll(() => small.close());

  it('a message over the configured limit is 400, and says where files go', async () => {
    const me = small.client();
    const { id } = (await me.post(CONVERSATIONS, { messages: [{ content: 'a' }] })).body;
    const path = `${CONVERSATIONS}/${id}`;
    const parts = (bytes: number): object => [{ type: 'file', url: `data:,${'x'.repeat(bytes)}` }];
    const refused = await me.post(`${path}/turns`, { message: { parts: parts(128 * 1024) } });
    expectErrors(refused, 'message.parts');
    expect(refused.body.errors[0]?.message).toMatch(
      /131072 bytes: upload files to an object store/,
    );
    const output = 'x'.repeat(128 * 1024);
    const toolResults = [{ toolCallId: 'a', output }];
    const continued = await me.post(`${path}/turns`, { continue: { seq: 1, toolResults } });
    expectErrors(continued, 'continue.toolResults.0.output');
    const taken = await me.post(`${path}/turns`, { message: { parts: parts(127 * 1024) } });
    expect(taken.status).toBe(201);
  });

  it('a full conversation is 409, and keeps what it had', async () => {
    const me = small.client();
    const messages = [{ content: 'a' }, { content: 'b' }];
    const { body } = await me.post(CONVERSATIONS, { messages });
    const path = `${CONVERSATIONS}/${body.id}`;
    const refused = await me.post(`${path}/messages`, { messages });
    expectProblem(refused, 409);
    expect(refused.body.type).toBe('/problems/conversation-full');
    expect((await me.get(path)).body).toMatchObject({ messageCount: 2, version: 1 });
    const sent = { conversationId: body.id, message: 'c' };
    expect((await me.post(SEND, sent)).status).toBe(200);
    expectProblem(await me.post(SEND, sent), 409);
  });

  it('a user at the cap is 409, until something is deleted', async () => {
    const me = small.client();
    const first = (await me.post(CONVERSATIONS, {})).body.id;
    await me.post('/api/chat/start', {});
    for (const path of [CONVERSATIONS, '/api/chat/start']) {
      const refused = await me.post(path, {});
      expectProblem(refused, 409);
      expect(refused.body.type).toBe('/problems/too-many-conversations');
    }
    expect((await small.client().post(CONVERSATIONS, {})).status).toBe(201);
    await me.delete(`${CONVERSATIONS}/${first}`);
    expect((await me.post(CONVERSATIONS, {})).status).toBe(201);
  });

  it('a user over the quota is 409, until something is deleted', async () => {
    const environment = { OWNER_QUOTA_BYTES: '20000', BODY_LIMIT: String(BODY_LIMIT) };
    const limited = await startService({ environment });
    try {
      const me = limited.client();
      const messages = [{ content: 'x'.repeat(12_000) }];
      const { body } = await me.post(CONVERSATIONS, { messages });
      const path = `${CONVERSATIONS}/${body.id}`;
      for (const [to, sent] of [
        [CONVERSATIONS, { messages }],
        [`${path}/messages`, { messages }],
        [SEND, { conversationId: body.id, message: 'x'.repeat(12_000) }],
      ] as const) {
        const refused = await me.post(to, sent);
        expectProblem(refused, 409);
        expect(refused.body.type).toBe('/problems/quota-exceeded');
        expect(refused.body.detail).toBe('A user stores at most 20000 bytes.');
      }
      expect((await me.get(path)).body).toMatchObject({ messageCount: 1, version: 1 });
      expect((await limited.client().post(CONVERSATIONS, { messages })).status).toBe(201);
      await me.delete(path);
      expect((await me.post(CONVERSATIONS, { messages })).status).toBe(201);
    } finally {
      await limited.close();
    }
  });

  it('a body over the limit is 413, announced or not', async () => {
    const me = small.client();
    const body = Buffer.alloc(BODY_LIMIT + 1, ' ');
    body.write('{}');
    expect((await me.post(CONVERSATIONS, body.subarray(0, BODY_LIMIT))).status).toBe(201);
    for (const path of [CONVERSATIONS, '/api/chat/start', SEND]) {
      expectProblem(await me.post(path, body), 413);
    }
    expectProblem(await me.patch(`${CONVERSATIONS}/${api.id}`, body), 413);
    const headers = { Authorization: `Bearer ${me.token}`, 'Content-Type': 'application/json' };
    const chunks = [body.subarray(0, BODY_LIMIT), body.subarray(BODY_LIMIT)];
    const chunked = { method: 'POST', path: CONVERSATIONS, headers, chunks };
    expectProblem(await rawRequest(small.url, chunked), 413);
  });
});
