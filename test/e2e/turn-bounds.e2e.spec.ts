import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { TurnFollower } from '../../src/turns/turn-follower.js';
import { TurnQueue } from '../../src/turns/turn-queue.js';
import { RunningTurns } from '../../src/turns/running-turns.js';
import { ApiClient, CONVERSATIONS, type ApiResponse } from '../support/api-client.js';
import { EventStream } from '../support/event-stream.js';
import { expectProblem } from '../support/expect-problem.js';
import { HeldStore } from '../support/held-store.js';
import { RedisServer, until } from '../support/redis-server.js';
import { redisOptions } from '../support/redis-store.js';
import { ScriptedOrchestrator } from '../support/scripted-orchestrator.mjs';
import { startService, type TestService } from '../support/service.js';
import {
  aConversation,
  followTurn,
  openTurn,
  runTurn,
  script,
  startTurnService,
  turnsOf,
} from '../support/turns.js';

const CUT_SHORT = script(['say', 'So far'], ['untilAborted']);

describe('what a process serves at once', () => {
  let service: TestService;

  afterEach(() => service.close());

  function expectRefusal(response: ApiResponse, bound: string): void {
    expectProblem(response, 503);
    expect(response.body).toMatchObject({ bound, mayHaveBeenApplied: false });
    expect(response.headers.get('retry-after')).toBe('1');
  }

  async function messageCount(client: ApiClient, id: string): Promise<number> {
    return (await client.get(`${CONVERSATIONS}/${id}`)).body.messageCount;
  }

  it('refuses a turn that would run or wait beyond the bound, and stores nothing of it', async () => {
    const environment = { MAX_RUNNING_TURNS: '1', MAX_QUEUED_TURNS_PER_PROCESS: '1' };
    service = await startTurnService('memory', environment);
    const client = service.client();
    const id = await aConversation(client);
    const other = await aConversation(client);
    const running = await openTurn(client, id, CUT_SHORT, { key: 'k' });
    expectRefusal(await runTurn(client, other, 'x'), 'running-turns');
    const queue = service.app.get(TurnQueue, { strict: false });
    const waiting = runTurn(client, id, 'next', { onConflict: 'enqueue' });
    await until(() => queue.count === 1);
    expectRefusal(await runTurn(client, id, 'x', { onConflict: 'interrupt' }), 'queued-turns');
    expect([await messageCount(client, id), await messageCount(client, other)]).toEqual([1, 0]);
    await client.post(`${turnsOf(id)}/${running.turnId}/cancel`, undefined);
    expect((await waiting).status).toBe(201);
    expect((await runTurn(client, other, 'x')).status).toBe(201);
    const { slots } = service.app.get(RunningTurns, { strict: false });
    await until(() => slots.count === 0 && queue.count === 0);
  });

  it('refuses a stream beyond the bound before its turn begins', async () => {
    service = await startTurnService('memory', { MAX_STREAMS: '1' });
    const client = service.client();
    const id = await aConversation(client);
    const other = await aConversation(client);
    const stream = await openTurn(client, id, CUT_SHORT);
    const begun = await client.post(turnsOf(other), { message: 'x' }, SSE);
    expectRefusal(begun, 'streams');
    expect(await messageCount(client, other)).toBe(0);
    expectRefusal(await client.get(`${turnsOf(id)}/current/stream`), 'streams');
    stream.leave();
    const follower = service.app.get(TurnFollower, { strict: false });
    await until(() => follower.count === 0);
    const resumed = await followTurn(client, id, stream.turnId, 1);
    expect([resumed.status, follower.count]).toEqual([200, 1]);
    await client.post(`${turnsOf(id)}/${stream.turnId}/cancel`, undefined);
    await until(() => resumed.ended === 'ended' && follower.count === 0);
  });

  it('refuses an export beyond the bound before it reads', async () => {
    const store = new HeldStore();
    const environment = { MAX_EXPORTS: '1' };
    service = await startService({ environment, store: { driver: 'custom', store } });
    const client = service.client();
    await aConversation(client);
    store.hold();
    const first = client.get(`${CONVERSATIONS}/export`);
    await until(() => store.waiting === 1);
    expectRefusal(await client.get(`${CONVERSATIONS}/export`), 'exports');
    store.release();
    expect((await first).status).toBe(200);
    expect((await client.get(`${CONVERSATIONS}/export`)).status).toBe(200);
  });

  it('forgets a waiting turn when its client hangs up', async () => {
    service = await startTurnService('memory');
    const client = service.client();
    const id = await aConversation(client);
    const running = await openTurn(client, id, CUT_SHORT);
    const queue = service.app.get(TurnQueue, { strict: false });
    const clients = Array.from({ length: 20 }, (_, i) => enqueue(client, id, `k${i}`));
    await until(() => queue.count === 20);
    for (const waiting of clients) waiting.destroy();
    await until(() => queue.count === 0);
    await client.post(`${turnsOf(id)}/${running.turnId}/cancel`, undefined);
    await until(() => running.ended === 'ended');
    // Nothing waits before it in the store.
    expect((await runTurn(client, id, 'next')).status).toBe(201);
    expect(await messageCount(client, id)).toBe(4);
  });
});

const SSE = { Accept: 'text/event-stream' };

/** Sends a turn that waits. */
function enqueue(client: ApiClient, id: string, key: string): ReturnType<typeof request> {
  const headers = {
    Authorization: `Bearer ${client.token}`,
    'Content-Type': 'application/json',
    'Idempotency-Key': key,
  };
  const sent = request(client.url + turnsOf(id), { method: 'POST', agent: false, headers });
  sent.on('error', () => undefined);
  return sent.end(JSON.stringify({ message: 'x', onConflict: 'enqueue' }));
}

describe('200 clients that follow a turn at another process', () => {
  it('cost Redis fewer reads than there are clients', async () => {
    const server = await RedisServer.start();
    const redis = new Redis(server.port);
    const node = { host: '127.0.0.1', port: server.port };
    const store = {
      driver: 'redis',
      ...redisOptions({ topology: { mode: 'standalone', node, db: 0 } }),
    } as const;
    const services = await Promise.all(
      [1, 2].map(() => startService({ orchestrator: ScriptedOrchestrator, store })),
    );
    try {
      const [one, other] = services as [TestService, TestService];
      const client = one.client();
      const elsewhere = new ApiClient(other.url, client.token);
      const id = await aConversation(client);
      const turn = await openTurn(client, id, script(['count', { to: 100, everyMs: 20 }]));
      await redis.config('RESETSTAT');
      const followers = await Promise.all(
        Array.from({ length: 200 }, () =>
          EventStream.open(elsewhere, 'GET', `${turnsOf(id)}/${turn.turnId}/stream`),
        ),
      );
      await until(() => [turn, ...followers].every(({ ended }) => ended === 'ended'));
      for (const { events } of followers) expect(events).toEqual(turn.events);
      // The script that reads a turn is the only one that calls XRANGE, and calls it once.
      const [, calls] = /cmdstat_xrange:calls=(\d+)/.exec(await redis.info('commandstats')) ?? [];
      expect(Number(calls)).toBeLessThan(followers.length);
    } finally {
      await Promise.all(services.map((service) => service.close()));
      redis.disconnect();
      await server.stop();
    }
  });
});
