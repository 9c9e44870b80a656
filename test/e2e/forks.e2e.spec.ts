import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CONVERSATIONS,
  type ApiClient,
  type ApiResponse,
  type MessageBody,
} from '../support/api-client.js';
import { expectErrors, expectProblem } from '../support/expect-problem.js';
import type { TestService } from '../support/service.js';
import { runTurn, startTurnService } from '../support/turns.js';

describe.each(['memory', 'redis'] as const)('forks over REST, in %s', (driver) => {
  let service: TestService;
  let client: ApiClient;
  let id: string;

  beforeAll(async () => {
    service = await startTurnService(driver);
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    client = service.client();
    // 1 2 3 | 2 ← 4
    const { body } = await client.post(CONVERSATIONS, {
      title: 'a title',
      externalId: 'an id',
      metadata: { a: 'b' },
      messages: [{ content: '1' }, { content: '2' }, { content: '3' }],
    });
    ({ id } = body);
    await client.post(`${CONVERSATIONS}/${id}/messages`, {
      messages: [{ content: '4' }],
      parentSeq: 2,
    });
  });

  function fork(seq: unknown, headers?: Record<string, string>): Promise<ApiResponse> {
    return client.post(`${CONVERSATIONS}/${id}/fork`, { seq }, headers);
  }

  it('is a conversation of its own with the branch up to there', async () => {
    const { status, headers, body } = await fork(4);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`${CONVERSATIONS}/${body.id}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toMatchObject({
      title: 'a title',
      metadata: { a: 'b' },
      forkedFrom: { id, seq: 4 },
      messageCount: 3,
      leafSeq: 3,
      version: 1,
    });
    expect(body.id).not.toBe(id);
    expect(body).not.toHaveProperty('externalId');
    expect(body.messages.map(({ seq, parts }) => [seq, parts[0]?.['text']])).toEqual([
      [1, '1'],
      [2, '2'],
      [3, '4'],
    ]);
    const source = await client.get(`${CONVERSATIONS}/${id}?leaf=4`);
    const copied = (message: MessageBody): unknown => [message.id, message.createdAt];
    expect(body.messages.map(copied)).toEqual(source.body.messages.map(copied));
    expect((await client.get(`${CONVERSATIONS}/${body.id}`)).body).toEqual(body);
    const listed = (await client.get(CONVERSATIONS)).body.data;
    expect(listed.find((one) => one.id === body.id)).toMatchObject({ forkedFrom: { id, seq: 4 } });
  });

  it('goes on, while its source stays as it is', async () => {
    const { body } = await fork(3);
    const of = body.id;
    const turn = await runTurn(client, of, 'and?');
    expect(turn.body.messages).toMatchObject([{ seq: 4 }, { seq: 5 }]);
    const source = await client.get(`${CONVERSATIONS}/${id}`);
    expect(source.body).toMatchObject({ messageCount: 4, version: 2 });
    await client.delete(`${CONVERSATIONS}/${id}`);
    const { body: page } = await client.get(`${CONVERSATIONS}/${of}`);
    expect(page).toMatchObject({ forkedFrom: { id, seq: 3 }, messageCount: 5 });
  });

  it('is made once under its idempotency key', async () => {
    const headers = { 'Idempotency-Key': `fork-${id}` };
    const first = await fork(2, headers);
    expect(first.status).toBe(201);
    const second = await fork(2, headers);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expectRefusal(await fork(3, headers), 422, 'idempotency-mismatch');
    await client.delete(`${CONVERSATIONS}/${id}`);
    expect((await fork(2, headers)).body).toEqual(first.body);
  });

  it('of what is not there is 404', async () => {
    expectRefusal(await fork(5), 404, 'message-not-found');
    await client.delete(`${CONVERSATIONS}/${id}`);
    expectRefusal(await fork(1), 404, 'conversation-not-found');
  });

  it.each([undefined, 0, -1, 1.5, '1', null])('is refused at %j', async (seq) => {
    expectErrors(await fork(seq), 'seq');
  });
});

function expectRefusal(response: ApiResponse, status: number, code: string): void {
  expectProblem(response, status);
  expect(response.body.type).toBe(`/problems/${code}`);
}
