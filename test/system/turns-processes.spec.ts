import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiClient, CONVERSATIONS, type MessageBody } from '../support/api-client.js';
import { EventStream, type StreamEvent } from '../support/event-stream.js';
import { until } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { aToken } from '../support/token.js';
import {
  aConversation,
  followTurn,
  openTurn,
  runTurn,
  script,
  turnsOf,
  type Script,
} from '../support/turns.js';

const LEASE_MS = 3_000;
/** More than a busy machine takes for any of these tests. */
const LONG_MS = 60_000;
const ENVIRONMENT = {
  TURN_LEASE_MS: String(LEASE_MS),
  TURN_WAIT_MS: String(LONG_MS),
  TURN_TIMEOUT_MS: String(LONG_MS),
  SHUTDOWN_DRAIN_MS: '0',
  SHUTDOWN_FINISH_MS: String(LONG_MS),
};
const UNTIL_ABORTED: Script = [['say', 'So far'], ['untilAborted']];

const STORES = [
  ['Redis', { REDIS_URL: process.env['TEST_REDIS_URL'] ?? '' }],
  ['PostgreSQL', { DATABASE_URL: process.env['TEST_POSTGRES_URL'] ?? '' }],
] as const;

describe.each(STORES)('on %s', (_, address) => {
  let services: [ServiceProcess, ServiceProcess];
  let one: ApiClient;
  let other: ApiClient;
  let id: string;

  function startScripted(): Promise<ServiceProcess> {
    const environment = { ...ENVIRONMENT, ...address };
    return ServiceProcess.start(environment, 'test/support/scripted-service.mjs');
  }

  beforeAll(async () => {
    services = await Promise.all([startScripted(), startScripted()]);
  });
  beforeEach(async () => {
    const token = aToken();
    one = new ApiClient(services[0].url, token);
    other = new ApiClient(services[1].url, token);
    id = await aConversation(one);
  });
  afterAll(() => Promise.all(services.map((service) => service.stop())));

  async function stored(): Promise<readonly MessageBody[]> {
    return (await other.get(`${CONVERSATIONS}/${id}/messages?limit=200`)).body.data;
  }

  async function roles(): Promise<string> {
    return (await stored()).map(({ role }) => role[0]).join('');
  }

  describe('20 turns at once over two processes', () => {
    function twenty(
      onConflict: string,
      steps: Script,
    ): Promise<Awaited<ReturnType<typeof runTurn>>[]> {
      return Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          runTurn(i % 2 === 0 ? one : other, id, script(...steps), { onConflict }),
        ),
      );
    }

    it('that reject: one runs, the others store nothing', async () => {
      const answers = await twenty('reject', [['count', { to: 20, everyMs: 100 }]]);
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
      expect(await roles()).toBe('ua');
    });

    it('that wait: each runs alone, with what the one before has left', async () => {
      const answers = await twenty('enqueue', [['increment']]);
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
      const counts = answers.map(({ body }) => Number(body.messages[1]?.parts[0]?.['text']));
      expect([...counts].sort((a, b) => a - b)).toEqual(counts.map((_, i) => i + 1));
      expect(await roles()).toBe('ua'.repeat(20));
    });

    it('that interrupt: each stores its partial reply, and the last is whole', async () => {
      const answers = await twenty('interrupt', [['count', { to: 20, everyMs: 20 }]]);
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
      const messages = await stored();
      expect(messages.filter(({ role }) => role === 'user')).toHaveLength(20);
      // No turn has two replies, and none came between a message and its reply.
      expect(await roles()).toMatch(/^(ua?){19}ua$/);
      expect(messages.at(-1)).toMatchObject({ role: 'assistant' });
      expect(messages.at(-1)?.metadata).not.toHaveProperty('cancelled');
    });
  });

  it('200 clients that come and go between the processes see every event once and in order', async () => {
    const stream = await openTurn(one, id, script(['count', { to: 150, everyMs: 20 }]));
    const { turnId } = stream;
    const random = aRandom(7);
    const follow = async (client: ApiClient): Promise<readonly StreamEvent[]> => {
      const seen: StreamEvent[] = [];
      for (let visit = client; ; visit = visit === one ? other : one) {
        const part = await followTurn(visit, id, turnId, seen.at(-1)?.seq ?? 0);
        await part.reaches(Math.ceil(random() * 40));
        seen.push(...part.events);
        if (part.isDone) return seen;
        part.leave();
      }
    };
    const seen = await Promise.all(
      Array.from({ length: 200 }, (_, i) => follow(i % 2 === 0 ? one : other)),
    );
    await until(() => stream.ended === 'ended');
    expect(stream.said).toMatch(/^1 2 3 .* 150 $/);
    for (const events of seen) expect(events).toEqual(stream.events);
  });

  it('a client that follows a turn at the other process sees its end, though the next begins at once', async () => {
    const stream = await openTurn(one, id, script(['count', { to: 10, everyMs: 20 }]));
    const elsewhere = await followTurn(other, id, stream.turnId);
    const next = script(['count', { to: 10, everyMs: 20 }]);
    await runTurn(one, id, next, { onConflict: 'enqueue' });
    await until(() => stream.isDone && elsewhere.isDone);
    expect(elsewhere.events).toEqual(stream.events);
    expect(stream.types.at(-1)).toBe('finish');
  });

  describe('a process that', () => {
    it('is killed frees the conversation within the lease; the user’s message stays', async () => {
      const doomed = await startScripted();
      const client = new ApiClient(doomed.url, one.token);
      const stream = await openTurn(client, id, script(...UNTIL_ABORTED));
      const elsewhere = await followTurn(other, id, stream.turnId);
      await until(() => elsewhere.said === 'So far');
      await doomed.stop('SIGKILL');
      const next = await runTurn(one, id, 'next', { onConflict: 'enqueue' });
      expect(next.status).toBe(201);
      expect(await roles()).toBe('uua');
      await until(() => elsewhere.ended === 'ended');
      expect(elsewhere.chunks.at(-1)).toMatchObject({ type: 'error' });
    });

    it('is killed while a message goes on loses no result of a tool', async () => {
      const call = { type: 'tool-locate', toolCallId: 'c', state: 'input-available', input: {} };
      await runTurn(one, id, script(['part', call]));
      const request = { continue: { seq: 2, toolResults: [{ toolCallId: 'c', output: 'wait' }] } };
      const doomed = await startScripted();
      const client = new ApiClient(doomed.url, one.token);
      const stream = await EventStream.open(client, 'POST', turnsOf(id), { body: request });
      await until(() => stream.said === 'So far');
      await doomed.stop('SIGKILL');
      const results = { ...call, state: 'output-available', output: 'wait' };
      expect((await stored()).map(({ seq, parts }) => [seq, parts[0]])).toEqual([
        [1, expect.anything()],
        [3, results],
      ]);
      const next = { continue: { seq: 3 }, onConflict: 'enqueue' };
      expect((await one.post(turnsOf(id), next)).status).toBe(201);
      const [, reply, ...others] = await stored();
      expect(others).toEqual([]);
      expect(reply?.parts).toEqual([
        results,
        { type: 'text', text: 'You said: go on', state: 'done' },
      ]);
      // The turn of these results is over.
      expect((await other.post(turnsOf(id), request)).status).toBe(502);
    });

    it('is killed has shown more than it has stored: the client learns elsewhere that the turn is lost', async () => {
      const doomed = await startScripted();
      const client = new ApiClient(doomed.url, one.token);
      const stream = await openTurn(client, id, script(['count', { to: 1_000, everyMs: 10 }]));
      await stream.reaches(8);
      await doomed.stop('SIGKILL');
      await until(() => stream.ended === 'broken');
      const resumed = await followTurn(other, id, stream.turnId, stream.lastSeq);
      const whole = await followTurn(other, id, stream.turnId);
      await until(() => resumed.ended === 'ended' && whole.ended === 'ended');
      // Its store has the turn up to its last batch: less than the client, and nothing else.
      expect(whole.lastSeq).toBeLessThan(stream.lastSeq);
      expect(whole.events.slice(0, whole.lastSeq)).toEqual(stream.events.slice(0, whole.lastSeq));
      for (const { chunks } of [resumed, whole]) {
        expect(chunks.at(-1)).toMatchObject({
          type: 'error',
          problem: { type: '/problems/turn-lost' },
        });
      }
      expect(resumed.events.map(({ seq }) => seq)).toEqual([undefined, undefined]);
      expect((await runTurn(one, id, 'next')).status).toBe(201);
      expect(await roles()).toBe('uua');
    });

    it('was frozen for longer than its lease says and writes nothing more when it comes back', async () => {
      const frozen = await startScripted();
      try {
        const client = new ApiClient(frozen.url, one.token);
        const stream = await openTurn(client, id, script(['count', { to: 100, everyMs: 20 }]));
        await until(() => stream.said !== '');
        frozen.freeze();
        const next = await runTurn(one, id, 'next', { onConflict: 'enqueue' });
        expect(next.status).toBe(201);
        const { length } = stream.events;
        frozen.thaw();
        await until(() => stream.ended === 'ended');
        expect(stream.types.slice(length)).toEqual(['error']);
        expect(await roles()).toBe('uua');
        expect(frozen.output).toContain(`Turn ${stream.turnId} of conversation ${id} was lost`);
      } finally {
        frozen.thaw();
        await frozen.stop();
      }
    });

    it('gets SIGTERM ends its turns with what they have said, and exits at once', async () => {
      const leaving = await startScripted();
      const client = new ApiClient(leaving.url, one.token);
      const mine = await openTurn(client, id, script(...UNTIL_ABORTED));
      await until(() => mine.said === 'So far');
      const elsewhere = await followTurn(other, id, mine.turnId);
      const unfinished = runTurn(client, await aConversation(one), script(['hang']));
      const conversation = await aConversation(one);
      const theirs = await openTurn(one, conversation, script(...UNTIL_ABORTED));
      const broken = await followTurn(client, conversation, theirs.turnId);
      const waiting = runTurn(client, conversation, 'next', { onConflict: 'enqueue' });
      await until(() => broken.said === 'So far' && elsewhere.said === 'So far');
      const { code, ms } = await leaving.stop('SIGTERM');
      expect(code).toBe(0);
      expect(ms).toBeLessThan(LONG_MS);
      await until(() => mine.ended === 'ended' && elsewhere.ended === 'ended');
      for (const stream of [mine, elsewhere]) expect(stream.types.at(-1)).toBe('abort');
      expect((await stored()).at(-1)?.metadata).toMatchObject({
        turnId: mine.turnId,
        cancelled: true,
      });
      expect((await unfinished).status).toBe(201);
      const refused = await waiting;
      expect([refused.status, refused.body.type]).toEqual([503, '/problems/turns-stopped']);
      // The turn runs in another process: the stream breaks off, so that its client resumes it there.
      await until(() => broken.ended !== 'open');
      expect(broken.ended).toBe('broken');
      const resumed = await followTurn(one, conversation, theirs.turnId, broken.lastSeq);
      await one.post(`${turnsOf(conversation)}/${theirs.turnId}/cancel`, undefined);
      await until(() => resumed.ended === 'ended');
      expect(resumed.types.at(-1)).toBe('abort');
    });
  });
});

/** Numbers from 0 to 1, the same in every run. */
function aRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
