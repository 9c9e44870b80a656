import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import {
  ConversationClient,
  ProblemError,
  type AccessToken,
  type RetryOptions,
  type TokenRequest,
} from '@conversation-store/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultyFetch } from '../support/faulty-fetch.js';
import { startService, type TestService } from '../support/service.js';
import { ScriptedOrchestrator } from '../support/scripted-orchestrator.mjs';
import { aToken } from '../support/token.js';
import { script } from '../support/turns.js';

const COUNT = script(['count', { to: 20, everyMs: 2 }]);

describe('the client package', () => {
  let service: TestService;
  let network: FaultyFetch;
  let client: ConversationClient;

  beforeAll(async () => {
    service = await startService({
      orchestrator: ScriptedOrchestrator,
      environment: { RATE_LIMIT_USER: '300/60' },
    });
  });
  beforeEach(() => {
    network = new FaultyFetch();
    client = clientOf(aToken());
  });
  afterAll(() => service.close());

  function clientOf(token: AccessToken, retry: RetryOptions = {}): ConversationClient {
    const options = { fetch: network.fetch, retry: { baseDelayMs: 1, ...retry } };
    return new ConversationClient({ baseUrl: `${service.url}/`, token, ...options });
  }

  async function all<Each>(each: AsyncIterable<Each> | Each[]): Promise<Each[]> {
    const list: Each[] = [];
    for await (const one of each) list.push(one);
    return list;
  }

  async function problemIn(call: Promise<unknown>): Promise<ProblemError> {
    const error: unknown = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ProblemError);
    return error as ProblemError;
  }

  it('creates, reads, changes and deletes a conversation', async () => {
    const { id, version } = await client.createConversation({
      title: 'Plans',
      messages: [{ content: 'Hi' }],
    });
    const renamed = await client.updateConversation(id, { title: 'Ideas' }, { ifVersion: version });
    expect(renamed).toMatchObject({ title: 'Ideas', version: version + 1 });
    const conflict = await problemIn(client.updateConversation(id, {}, { ifVersion: version }));
    expect(conflict).toMatchObject({ slug: 'version-conflict', status: 412 });
    const appended = await client.appendMessages(id, { messages: [{ content: 'Are you there?' }] });
    expect(appended.data[0]).toMatchObject({ seq: 2, role: 'user' });
    const { messages, hasMore } = await client.getConversation(id, { messages: 1 });
    expect([messages.map(({ seq }) => seq), hasMore]).toEqual([[2], true]);
    const fork = await client.forkConversation(id, 1);
    expect(fork).toMatchObject({ forkedFrom: { id, seq: 1 }, messageCount: 1 });
    expect(await client.flushConversations()).toBe(0);
    await client.deleteConversation(id);
    expect(await problemIn(client.getConversation(id))).toMatchObject({
      slug: 'conversation-not-found',
      status: 404,
      title: 'There is no such conversation.',
    });
    expect(await client.eraseConversations()).toBe(1);
  });

  it('says which fields are wrong', async () => {
    const problem = await problemIn(client.createConversation({ title: '' }));
    expect(problem).toMatchObject({ slug: 'invalid-request', errors: [{ field: 'title' }] });
    expect(problem.message).toBe('The request is not valid.');
    expect(problem.requestId).toEqual(expect.any(String));
  });

  it('reads lists and branches page by page, and each thing once', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift((await client.createConversation()).id);
    const [oldest = ''] = ids.slice(-1);
    await client.updateConversation(oldest, { status: 'archived' });
    const listed = await all(client.conversations({ limit: 2, status: ['active', 'archived'] }));
    // The one that was changed last is first.
    expect(listed.map(({ id }) => id)).toEqual([oldest, ...ids.slice(0, -1)]);
    expect(await all(client.conversations({ status: 'archived' }))).toMatchObject([{ id: oldest }]);

    const [id = ''] = ids;
    const messages = Array.from({ length: 7 }, (_, i) => ({ content: `${i + 1}` }));
    await client.appendMessages(id, { messages });
    await client.appendMessages(id, { messages: [{ content: 'another 3' }], parentSeq: 2 });
    const seqs = async (...args: Parameters<typeof client.messages>): Promise<number[]> =>
      (await all(client.messages(...args))).map(({ seq }) => seq);
    expect(await seqs(id)).toEqual([1, 2, 8]);
    expect(await seqs(id, { leaf: 7, pageSize: 3 })).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await seqs(id, { leaf: 7, pageSize: 3, direction: 'backwards', from: 7 })).toEqual([
      6, 5, 4, 3, 2, 1,
    ]);
    expect((await client.selectBranch(id, 3)).leafSeq).toBe(7);
    expect(await seqs(id, { direction: 'backwards', pageSize: 2 })).toEqual([7, 6, 5, 4, 3, 2, 1]);

    const exported = await all(client.exportConversations());
    expect(exported.map(({ messageCount }) => messageCount).sort()).toEqual([0, 0, 0, 0, 8]);
    expect(exported.find((line) => line.id === id)?.messages).toHaveLength(8);
  });

  it('stays on its branch while somebody selects another one', async () => {
    const messages = Array.from({ length: 4 }, (_, i) => ({ content: `${i + 1}` }));
    const { id } = await client.createConversation({ messages });
    await client.appendMessages(id, { messages: [{ content: 'another 2' }], parentSeq: 1 });
    await client.selectBranch(id, 4);
    const read = client.messages(id, { direction: 'backwards', pageSize: 1 });
    const seqs = [(await read.next()).value?.seq];
    await client.selectBranch(id, 5);
    for await (const { seq } of read) seqs.push(seq);
    expect(seqs).toEqual([4, 3, 2, 1]);
  });

  it('repeats a write whose answer was lost, under the same key', async () => {
    network.loseAnswer('POST', 2);
    const { id } = await client.createConversation({ title: 'Once' });
    expect(await all(client.conversations())).toMatchObject([{ id }]);
    const keys = network.sent('POST').map(({ headers }) => headers.get('idempotency-key'));
    expect([keys.length, new Set(keys).size]).toEqual([3, 1]);
    network.loseAnswer('DELETE');
    await client.deleteConversation(id);
    network.refuse('GET', 2);
    expect(await all(client.conversations())).toEqual([]);
  });

  it('repeats what the service is too busy for, after the time that it names', async () => {
    const busy = (retryAfter: string) => () =>
      Response.json(
        { type: '/problems/overloaded', title: 'Busy.', status: 503, mayHaveBeenApplied: false },
        { status: 503, headers: { 'Retry-After': retryAfter } },
      );
    network.answer('PATCH', busy('0'));
    const { id, version } = await client.createConversation();
    await client.updateConversation(id, { title: 'Later' }, { ifVersion: version });
    network.answer('GET', busy('3600'));
    expect(await problemIn(client.getConversation(id))).toMatchObject({
      slug: 'overloaded',
      retryAfter: 3600,
    });
    expect(network.sent('GET')).toHaveLength(1);
  });

  it('does not repeat what may have been applied, unless that is safe', async () => {
    const lost = () =>
      Response.json(
        {
          type: '/problems/store-unavailable',
          title: 'Lost.',
          status: 503,
          mayHaveBeenApplied: true,
        },
        { status: 503 },
      );
    const { id, version } = await client.createConversation();
    network.answer('PATCH', lost, 2);
    const change = client.updateConversation(id, { title: 'A' }, { ifVersion: version });
    expect(await problemIn(change)).toMatchObject({ mayHaveBeenApplied: true });
    expect(await client.updateConversation(id, { title: 'B' })).toMatchObject({ title: 'B' });
    expect(network.sent('PATCH')).toHaveLength(3);
  });

  it.each([429, 401])(
    'says that a write may be stored when an answer was lost before the %d',
    async (status) => {
      const { id } = await client.createConversation();
      const refusal = (): Response =>
        Response.json(
          { type: '/problems/refused', title: 'No.', status },
          { status, headers: { 'Retry-After': '3600' } },
        );
      network.loseAnswer('POST');
      network.answer('POST', refusal);
      const problem = await problemIn(client.startTurn(id, { message: 'Hi' }));
      expect(problem).toMatchObject({ slug: 'refused', title: 'No.', retryAfter: 3600 });
      expect([problem.mayHaveBeenApplied, problem.isRefusal]).toEqual([true, false]);
      // Of the same answer alone, nothing is stored.
      network.answer('POST', refusal);
      const refused = await problemIn(client.startTurn(id, { message: 'Hi' }));
      expect([refused.mayHaveBeenApplied, refused.isRefusal]).toEqual([false, true]);
    },
  );

  it('does not know what is stored when something else answers in place of the service', async () => {
    const { id } = await client.createConversation();
    const page = (): Response => new Response('<h1>Error</h1>', { status: 500 });
    network.answer('POST', page);
    network.answer('GET', page);
    const write = await problemIn(client.startTurn(id, { message: 'Hi' }));
    expect([write.slug, write.mayHaveBeenApplied]).toEqual(['unknown-answer', true]);
    const read = await problemIn(client.getConversation(id));
    expect([read.slug, read.mayHaveBeenApplied]).toEqual(['unknown-answer', false]);
  });

  it('gives up after its attempts, and when it is told to', async () => {
    network.answer('GET', () => new Response('<h1>Bad Gateway</h1>', { status: 502 }), 5);
    expect(await problemIn(client.listConversations())).toMatchObject({
      slug: 'unknown-answer',
      status: 502,
    });
    expect(network.sent('GET')).toHaveLength(5);
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(client.listConversations({}, { signal })).rejects.toBe(reason);
    network.refuse('GET', 100);
    const patient = new ConversationClient({
      ...{ baseUrl: service.url, token: '', fetch: network.fetch },
      retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 },
    });
    const abort = new AbortController();
    const call = patient.listConversations({}, { signal: abort.signal });
    setTimeout(() => abort.abort(), 10);
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('asks for a new token once, when the service refuses the one that it has', async () => {
    const asked: TokenRequest[] = [];
    const fresh = aToken();
    const expiring = clientOf((request) => {
      asked.push(request);
      return request.refresh ? fresh : 'an old one';
    });
    await expiring.createConversation();
    expect(asked).toEqual([{ refresh: false }, { refresh: true }]);
    const hopeless = clientOf(async () => 'an old one');
    expect(await problemIn(hopeless.listConversations())).toMatchObject({ status: 401 });
    expect(network.sent('GET')).toHaveLength(2);
  });

  it('asks for one new token for the requests that are refused together', async () => {
    const asked: TokenRequest[] = [];
    const fresh = aToken();
    const expiring = clientOf(async (request) => {
      asked.push(request);
      if (request.refresh) await new Promise((resolve) => setTimeout(resolve, 100));
      return request.refresh ? fresh : 'an old one';
    });
    await Promise.all([1, 2, 3].map(() => expiring.listConversations()));
    expect(asked.filter(({ refresh }) => refresh)).toHaveLength(1);
    const cause = new Error('signed out');
    const signedOut = clientOf(() => Promise.reject(cause));
    expect(await problemIn(signedOut.listConversations())).toMatchObject({
      slug: 'no-token',
      cause,
    });
  });

  it('runs a turn to its end, or as a stream that it can cancel', async () => {
    const { id } = await client.createConversation();
    const { turnId, messages } = await client.startTurn(id, { message: 'Hi' });
    expect(messages).toMatchObject([{ seq: 1 }, { seq: 2, metadata: { turnId } }]);
    const stream = await client.streamNewTurn(id, {
      message: script(['say', 'So far'], ['untilAborted']),
    });
    expect(stream.turnId).toEqual(expect.any(String));
    const types: string[] = [];
    for await (const { type } of stream) {
      types.push(type);
      if (type === 'text-delta') await stream.cancel();
    }
    expect(types).toEqual(expect.arrayContaining(['start', 'text-delta', 'abort']));
    const failed = client.startTurn(id, { message: script(['throw', 'no']) });
    expect(await problemIn(failed)).toMatchObject({ slug: 'turn-failed', status: 502 });
  });

  it('cancels a turn that it has come back to, before its first event', async () => {
    const { id } = await client.createConversation();
    await client.streamNewTurn(id, { message: script(['say', 'So far'], ['untilAborted']) });
    const current = await client.streamCurrentTurn(id);
    await current?.cancel();
    const types = (await all(current ?? [])).map(({ type }) => type);
    expect([types[0], types.at(-1)]).toEqual(['start', 'abort']);
  });

  it('follows a turn that somebody else has begun', async () => {
    const { id } = await client.createConversation();
    expect(await client.streamCurrentTurn(id)).toBeUndefined();
    const begun = await client.streamNewTurn(id, { message: COUNT });
    const current = await client.streamCurrentTurn(id);
    network.breakAfter('GET', 100, 3);
    const again = await client.streamTurn(id, begun.turnId ?? '', { lastEventId: '2' });
    const [first, second, third] = await Promise.all([
      all(begun),
      all(current ?? again),
      all(again),
    ]);
    expect(second).toEqual(first);
    expect(third).toEqual(first.slice(2));
    expect(current?.turnId).toBe(begun.turnId);
  });

  it('replaces a connection that has fallen silent', async () => {
    const impatient = clientOf(aToken(), { silenceMs: 100 });
    const { id } = await impatient.createConversation();
    network.stallAfter('POST', 600);
    const events = await all(await impatient.streamNewTurn(id, { message: COUNT }));
    expect(events.at(-1)).toMatchObject({ type: 'finish' });
    expect(network.sent('GET', '/stream')).toHaveLength(1);
  });

  it('goes on with a stream after its resume has failed, or got no answer', async () => {
    const impatient = clientOf(aToken(), { silenceMs: 200 });
    const { id } = await impatient.createConversation();
    network.breakAfter('POST', 600);
    const stream = await impatient.streamNewTurn(id, { message: COUNT });
    network.refuse('GET', 6);
    network.hang('GET');
    const events = await all(stream);
    expect(events.at(-1)).toMatchObject({ type: 'finish' });
    expect(network.sent('GET', '/stream')).toHaveLength(8);
  });

  it('gives up a stream that brings nothing more', async () => {
    const { id } = await client.createConversation();
    network.breakAfter('POST', 600);
    const stream = await client.streamNewTurn(id, { message: COUNT }, { idempotencyKey: 'a-key' });
    network.refuse('GET', 100);
    expect(await problemIn(all(stream))).toMatchObject({ slug: 'unreachable' });
    const replayed = await client.streamNewTurn(
      id,
      { message: COUNT },
      { idempotencyKey: 'a-key' },
    );
    expect([replayed.isReplayed, replayed.turnId]).toEqual([true, stream.turnId]);
    replayed.close();
    await expect(all(replayed)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('has the types of docs/openapi.json: if not, run npm run openapi', async () => {
    const print = ['scripts/client-schema.mjs', '--print'];
    const { stdout } = await promisify(execFile)(process.execPath, print);
    expect(stdout).toBe(readFileSync('clients/typescript/src/schema.ts', 'utf8'));
  });
});
