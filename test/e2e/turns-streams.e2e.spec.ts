import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import { EventStream, type StreamEvent } from '../support/event-stream.js';
import { expectProblem } from '../support/expect-problem.js';
import { until } from '../support/redis-server.js';
import type { TestService } from '../support/service.js';
import {
  aConversation,
  followTurn,
  openTurn,
  runTurn,
  script,
  startTurnService,
  turnsOf,
} from '../support/turns.js';

const NEVER = '01890a5d-ac96-774b-bcce-b302099a8057';

describe.each(['memory', 'redis'] as const)('the stream of a turn, in %s', (driver) => {
  let service: TestService;
  let client: ApiClient;
  let id: string;

  beforeAll(async () => {
    service = await startTurnService(driver);
  });
  beforeEach(async () => {
    client = service.client();
    id = await aConversation(client);
  });
  afterAll(() => service.close());

  async function whole(stream: EventStream): Promise<readonly StreamEvent[]> {
    await until(() => stream.ended === 'ended');
    return stream.events;
  }

  it('has an address of its own: the same turn as that of a client that accepts events', async () => {
    const body = { message: 'Hello' };
    const headers = { 'Idempotency-Key': 'streamed', Accept: '*/*' };
    const path = turnsOf(id);
    const stream = await EventStream.open(client, 'POST', `${path}/stream`, { body, headers });
    await whole(stream);
    expect([stream.status, stream.said]).toEqual([200, 'You said: Hello']);
    const json = await runTurn(client, id, 'Hello', { key: 'streamed' });
    expect([json.status, json.body.turnId]).toEqual([201, stream.turnId]);
    expect(json.headers.get('idempotency-replayed')).toBe('true');
  });

  it('is the same for all clients, from the start or from an event on', async () => {
    const first = await openTurn(client, id, script(['count', { to: 30, everyMs: 20 }]));
    await until(() => first.lastSeq >= 4);
    const { turnId } = first;
    const afters = [0, 2, first.lastSeq];
    const others = await Promise.all([
      followTurn(client, id, 'current'),
      ...afters.map((after) => followTurn(client, id, turnId, after)),
    ]);
    const events = await whole(first);
    for (const [i, other] of others.entries()) {
      expect(await whole(other)).toEqual(events.slice([0, ...afters][i]));
    }
    expect(events.length).toBeGreaterThan(5);
    const late = await followTurn(client, id, turnId);
    expect(await whole(late)).toEqual(events);
    const end = await followTurn(client, id, turnId, events.length - 1);
    expect((await whole(end)).map(({ chunk }) => chunk)).toEqual([undefined]);
  });

  it('is resumed by a client that comes and goes, with every event once and in order', async () => {
    let stream = await openTurn(client, id, script(['count', { to: 60, everyMs: 10 }]));
    const { turnId } = stream;
    const seen: StreamEvent[] = [];
    for (let isOver = false; !isOver;) {
      await until(() => stream.events.length > 0);
      seen.push(...stream.events);
      isOver = stream.isDone;
      stream.leave();
      if (!isOver) stream = await followTurn(client, id, turnId, seen.at(-1)?.seq ?? 0);
    }
    expect(seen).toEqual(await whole(await followTurn(client, id, turnId)));
    expect((await client.get(`${CONVERSATIONS}/${id}`)).body.messages[1]?.parts).toEqual([
      { type: 'text', text: expect.stringMatching(/^1 2 3 .* 60 $/), state: 'done' },
    ]);
  });

  it('has a number for each piece of text, however fast they come', async () => {
    const stream = await openTurn(client, id, script(['count', { to: 200, everyMs: 0 }]));
    const events = await whole(stream);
    expect(stream.said).toMatch(/^1 2 3 .* 200 $/);
    expect(stream.types.filter((type) => type === 'text-delta')).toHaveLength(200);
    expect(events.slice(0, -1).map(({ seq }) => seq)).toEqual(stream.chunks.map((_, i) => i + 1));
    for (const after of [1, 99, 100, 200]) {
      const rest = await whole(await followTurn(client, id, stream.turnId, after));
      expect(rest).toEqual(events.slice(after));
    }
  });

  it('shows a late client that the turn has failed', async () => {
    const { headers } = await runTurn(client, id, script(['throw', 'x']));
    const turnId = headers.get('location')?.split('/').at(-2) ?? '';
    const stream = await followTurn(client, id, turnId);
    await until(() => stream.ended === 'ended');
    expect(stream.types).toEqual(['start', 'error']);
    const seen = await followTurn(client, id, turnId, 2);
    await until(() => seen.ended === 'ended');
    expect(seen.types).toEqual([]);
  });

  it('says that there is no such turn, and 204 when none runs', async () => {
    const current = `${turnsOf(id)}/current/stream`;
    expect((await client.get(current)).status).toBe(204);
    await runTurn(client, id, 'hi');
    const none = await client.get(current);
    expect([none.status, none.text]).toEqual([204, '']);
    expectProblem(await client.get(`${turnsOf(id)}/${NEVER}/stream`), 404);
    expectProblem(await client.get(`${turnsOf(NEVER)}/current/stream`), 404);
    expectProblem(await client.get(`${turnsOf(id)}/nonsense/stream`), 400);
    const garbled = { 'Last-Event-ID': 'x' };
    expectProblem(await client.get(`${turnsOf(id)}/${NEVER}/stream`, garbled), 400);
  });

  it('ends with a problem when the conversation is deleted', async () => {
    const stream = await openTurn(client, id, script(['say', 'a'], ['untilAborted']));
    await until(() => stream.said !== '');
    await client.delete(`${CONVERSATIONS}/${id}`);
    await until(() => stream.ended === 'ended');
    expect(stream.chunks.at(-1)).toMatchObject({ type: 'error' });
  });
});
