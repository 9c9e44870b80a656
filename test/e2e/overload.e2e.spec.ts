import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Sse } from '@nestjs/common';
import { once } from 'node:events';
import { Agent, request, type ClientRequest } from 'node:http';
import { connect } from 'node:net';
import { NEVER, concat, of, type Observable } from 'rxjs';
import { Drain } from '../../src/health/drain.js';
import { RefusalCounts } from '../../src/problems/refusal-counts.js';
import { answerTo } from '../support/answer-to.js';
import { CONVERSATIONS, type ApiClient, type ApiResponse } from '../support/api-client.js';
import { expectProblem } from '../support/expect-problem.js';
import { HeldStore } from '../support/held-store.js';
import { until } from '../support/redis-server.js';
import { startService, type TestService } from '../support/service.js';

const SLOTS = 3;
const ORIGIN = 'https://chat.example.com';
const BODY_LIMIT = 1024 * 1024;

@Controller('ticks')
class TicksController {
  @Sse()
  ticks(): Observable<{ data: string }> {
    return concat(of({ data: 'tick' }), NEVER);
  }
}

let store: HeldStore;
let service: TestService;
let client: ApiClient;

async function start(environment: Record<string, string> = {}): Promise<void> {
  store = new HeldStore();
  service = await startService({
    environment: {
      MAX_CONCURRENT_REQUESTS: String(SLOTS),
      SLOT_WAIT_MS: '100',
      CORS_ORIGINS: ORIGIN,
      ...environment,
    },
    store: { driver: 'custom', store },
    controllers: [TicksController],
  });
  client = service.client();
}

beforeEach(() => start());
afterEach(async () => {
  store.release();
  await service.close();
});

/** Has every slot held. What it returns releases them, and gives their answers. */
async function fill(): Promise<(error?: Error) => Promise<ApiResponse[]>> {
  store.hold();
  const held = Promise.all(Array.from({ length: SLOTS }, () => client.get(CONVERSATIONS)));
  await until(() => store.waiting === SLOTS);
  return (error) => {
    store.release(error);
    return held;
  };
}

/** Every slot can be held again, and no more than there are. */
async function expectAllFree(): Promise<void> {
  const release = await fill();
  expect((await client.get(CONVERSATIONS)).status).toBe(503);
  for (const { status } of await release()) expect(status).toBe(200);
}

/** A POST of which only the head is sent, and what the test writes to it. */
function upload(bytes: number, agent?: Agent): ClientRequest {
  const outgoing = request(service.url + CONVERSATIONS, {
    method: 'POST',
    ...(agent && { agent }),
    headers: {
      Authorization: `Bearer ${client.token}`,
      'Content-Type': 'application/json',
      'Content-Length': String(bytes),
    },
  });
  outgoing.on('error', () => undefined);
  outgoing.flushHeaders();
  return outgoing;
}

describe('one request more than are worked on at once', () => {
  it('is refused while the others wait, as a problem that says when to come back', async () => {
    const release = await fill();
    for (const refused of [await client.get(CONVERSATIONS), await client.post(CONVERSATIONS, {})]) {
      expectProblem(refused, 503);
      expect(refused.body).toEqual({
        type: '/problems/overloaded',
        title: 'The service has too much to do right now.',
        status: 503,
        detail: 'Nothing was changed. Try again.',
        mayHaveBeenApplied: false,
        bound: 'slots',
        instance: CONVERSATIONS,
      });
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(refused.headers.get('cache-control')).toBe('no-store');
    }
    expect(store.waiting).toBe(SLOTS);
    for (const { status } of await release()) expect(status).toBe(200);
    expect((await client.get(CONVERSATIONS)).body.data).toEqual([]);
  });

  it('is no probe: those are answered', async () => {
    await fill();
    for (const path of ['/health', '/health/live', '/health/ready', '/health/live?x=1']) {
      expect((await client.get(path)).status).toBe(200);
    }
    expect((await client.get('/api/openapi.json')).status).toBe(503);
  });

  it('can be read by the pages of other origins, whose preflights are answered', async () => {
    await fill();
    const { headers } = await client.get(CONVERSATIONS, { Origin: ORIGIN });
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(headers.get('vary')).toBe('Origin');
    expect(headers.get('access-control-expose-headers')).toContain('Retry-After');
    const other = await client.get(CONVERSATIONS, { Origin: 'https://other.example.com' });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    const asks = { Origin: ORIGIN, 'Access-Control-Request-Method': 'POST' };
    const preflight = await client.request('OPTIONS', CONVERSATIONS, undefined, asks);
    expect(preflight.status).toBe(204);
  });

  it('is told to leave when the service is on its way down', async () => {
    await fill();
    expect((await client.get(CONVERSATIONS)).headers.get('connection')).toBe('keep-alive');
    service.app.get(Drain).begin();
    expect((await client.get(CONVERSATIONS)).headers.get('connection')).toBe('close');
  });

  it('is in the log once, however many are refused', async () => {
    await fill();
    for (let i = 0; i < 5; i++) await client.get(CONVERSATIONS);
    const lines = service.logLines().filter((line) => line.includes('[Overload]'));
    expect(lines).toEqual([
      expect.stringMatching(/^warn \[Overload\] The service is overloaded: it refuses with 503/),
    ]);
  });
});

describe('more refusals than a turn of the event loop has', () => {
  it('are all answered, but those whose clients have gone', async () => {
    const release = await fill();
    const gone = Array.from({ length: 200 }, () => upload(1));
    await Promise.all(gone.map((outgoing) => once(outgoing, 'socket')));
    for (const outgoing of gone) outgoing.destroy();
    const answers = Array.from({ length: 200 }, () => client.get(CONVERSATIONS));
    for (const { status } of await Promise.all(answers)) expect(status).toBe(503);
    await release();
    await expectAllFree();
  });
});

describe('a slot', () => {
  it('is free again after a request that failed', async () => {
    const release = await fill();
    const answers = await release(new Error('The store has failed.'));
    for (const { status } of answers) expect(status).toBe(500);
    await expectAllFree();
  });

  it('is free again after what never came to the store', async () => {
    for (let i = 0; i <= SLOTS; i++) {
      const anonymous = await fetch(service.url + CONVERSATIONS);
      expect(anonymous.status).toBe(401);
      expect((await client.post(CONVERSATIONS, '{')).status).toBe(400);
      expect((await client.post(CONVERSATIONS, { no: 1 })).status).toBe(400);
      expect((await client.get('/nowhere')).status).toBe(404);
    }
    await expectAllFree();
  });

  it('is held while the work goes on, though the client has gone, and is free after it', async () => {
    store.hold();
    const headers = { Authorization: `Bearer ${client.token}` };
    const gone = Array.from({ length: SLOTS }, () => {
      const outgoing = request(service.url + CONVERSATIONS, { headers, agent: false });
      return outgoing.on('error', () => undefined).end();
    });
    await until(() => store.waiting === SLOTS);
    const server = service.app.getHttpAdapter().getInstance().server;
    for (const outgoing of gone) outgoing.destroy();
    await until(
      () =>
        new Promise((resolve) => {
          server.getConnections((_error, count) => resolve(count === 0));
        }),
    );
    expect((await client.get(CONVERSATIONS)).status).toBe(503);
    store.release();
    await until(() => store.waiting === 0);
    await expectAllFree();
  });

  it('is not held by an export that is on its way', async () => {
    for (let i = 0; i <= SLOTS; i++) await client.post(CONVERSATIONS, {});
    store.hold();
    const exports = [];
    for (let i = 1; i <= SLOTS + 1; i++) {
      exports.push(client.get(`${CONVERSATIONS}/export`));
      await until(() => store.waiting === i);
    }
    expect((await client.post(CONVERSATIONS, {})).status).toBe(201);
    store.release();
    for (const { status, text } of await Promise.all(exports)) {
      expect([status, text.trim().split('\n').length]).toEqual([200, SLOTS + 1]);
    }
  });

  it('is held by what is written past the framework for as long as that lasts', async () => {
    const streams: ClientRequest[] = [];
    const headers = { Authorization: `Bearer ${client.token}` };
    for (let i = 0; i < SLOTS; i++) {
      const outgoing = request(`${service.url}/ticks`, { headers, agent: false });
      streams.push(outgoing.on('error', () => undefined).end());
      await once(outgoing, 'response');
    }
    expect((await client.get(CONVERSATIONS)).status).toBe(503);
    for (const outgoing of streams) outgoing.destroy();
    await until(async () => (await client.get(CONVERSATIONS)).status === 200);
    await expectAllFree();
  });

  it('is not held by a body on its way, which is refused if there is none when it is here', async () => {
    const uploads = Array.from({ length: SLOTS + 1 }, () => upload(2));
    const answers = uploads.map(answerTo);
    for (const outgoing of uploads) outgoing.write('{');
    expect((await client.get(CONVERSATIONS)).status).toBe(200);
    await fill();
    for (const outgoing of uploads) outgoing.end('}');
    for (const { status, text } of await Promise.all(answers)) {
      expect(status).toBe(503);
      expect(JSON.parse(text)).toMatchObject({ type: '/problems/overloaded' });
    }
    store.release();
    await expectAllFree();
  });
});

describe('what finds no position in the queue either', () => {
  const POSITIONS = SLOTS;
  let queued: Promise<ApiResponse>[];

  /** Has every slot held, and every position of the queue taken by the same client. */
  async function fillAll(): Promise<() => Promise<void>> {
    await service.close();
    await start({ SLOT_WAIT_MS: '60000' });
    const release = await fill();
    queued = Array.from({ length: POSITIONS }, () => client.get(CONVERSATIONS));
    await until(async () => {
      await client.get('/health/live');
      return (await countConnections()) === SLOTS + POSITIONS + 1;
    });
    return async () => {
      for (const { status } of await release()) expect(status).toBe(200);
    };
  }

  it('is refused in front of Fastify', async () => {
    const release = await fillAll();
    const refused = await client.get(CONVERSATIONS, { Origin: ORIGIN });
    expectProblem(refused, 503);
    expect(refused.body).toEqual({
      type: '/problems/overloaded',
      title: 'The service has too much to do right now.',
      status: 503,
      detail: 'Nothing was changed. Try again.',
      mayHaveBeenApplied: false,
      bound: 'slots',
    });
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(refused.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(service.app.get(RefusalCounts).byBound).toEqual(new Map([['slots', 1]]));
    await release();
    for (const { status } of await Promise.all(queued)) expect(status).toBe(200);
  });

  it('leaves its connection usable, however large its body is', async () => {
    const release = await fillAll();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = Buffer.alloc(BODY_LIMIT, ' ');
    const post = (): ClientRequest => {
      const outgoing = upload(body.length, agent);
      outgoing.end(body);
      return outgoing;
    };
    expect((await answerTo(post())).status).toBe(503);
    const second = post();
    expect((await answerTo(second)).status).toBe(503);
    await release();
    await Promise.all(queued);
    const third = post();
    expect((await answerTo(third)).status).toBe(400); // nothing but spaces
    expect([second.reusedSocket, third.reusedSocket]).toEqual([true, true]);
    agent.destroy();
  });

  it('waits, and is served when the slots are free, also beside a user whose requests take long', async () => {
    const release = await fillAll();
    const users = [client, client, service.client(), service.client()];
    const waiting = [...users, ...users, ...users].map((user) => user.get(CONVERSATIONS));
    await release();
    for (const { status } of await Promise.all([...queued, ...waiting])) expect(status).toBe(200);
  });

  it('is served before the rest of another user, whose latest request is refused', async () => {
    const release = await fillAll();
    const calm = service.client();
    const calmAnswer = calm.get(CONVERSATIONS);
    const refused = await Promise.race(queued);
    expect(refused.body).toMatchObject({ status: 503, bound: 'slots' });
    await release();
    expect((await calmAnswer).status).toBe(200);
    await Promise.all(queued);
  });
});

describe('large bodies on their way', () => {
  it('take no room while they are only announced', async () => {
    const uploads = Array.from({ length: 64 }, () => upload(BODY_LIMIT));
    await Promise.all(uploads.map((outgoing) => once(outgoing, 'socket')));
    const outgoing = upload(BODY_LIMIT);
    outgoing.end(Buffer.alloc(BODY_LIMIT, ' '));
    expect((await answerTo(outgoing)).status).toBe(400); // nothing but spaces
    for (const silent of uploads) silent.destroy();
  });

  it('are so many bytes at most, beside which small ones are still taken', async () => {
    const uploads = Array.from({ length: 40 }, () => upload(BODY_LIMIT));
    const refusals = uploads.map(answerTo);
    for (const outgoing of uploads) outgoing.write(Buffer.alloc(BODY_LIMIT - 1, ' '));
    const { status, text } = await Promise.race(refusals);
    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ bound: 'body-bytes' });
    expect((await service.client().post(CONVERSATIONS, {})).status).toBe(201);
    for (const answer of refusals) answer.catch(() => undefined);
    for (const outgoing of uploads) outgoing.destroy();
  });

  it('are no error of the service when their client leaves', async () => {
    const uploads = Array.from({ length: 3 }, () => upload(BODY_LIMIT));
    for (const outgoing of uploads) outgoing.write(Buffer.alloc(BODY_LIMIT / 2, ' '));
    await until(async () => (await countConnections()) >= 3);
    await client.get(CONVERSATIONS);
    const before = await countConnections();
    for (const outgoing of uploads) outgoing.destroy();
    await until(async () => (await countConnections()) <= before - 3);
    expect(service.logLines().filter((line) => line.startsWith('error'))).toEqual([]);
  });

  it('give their room back when their connection goes while another answer is due first', async () => {
    store.hold();
    const { port } = new URL(service.url);
    const get = `GET ${CONVERSATIONS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${client.token}\r\n\r\n`;
    const post = `POST ${CONVERSATIONS} HTTP/1.1\r\nHost: x\r\nContent-Length: ${BODY_LIMIT}\r\n\r\n`;
    const sockets = Array.from({ length: 100 }, () => connect(Number(port), '127.0.0.1'));
    for (const socket of sockets) socket.on('error', () => undefined).write(get + post);
    await until(() => store.waiting === SLOTS);
    for (const socket of sockets) socket.resetAndDestroy();
    await until(async () => (await countConnections()) === 0);
    store.release();
    const content = 'x'.repeat(60_000);
    const messages = Array.from({ length: 3 }, () => ({ content }));
    await until(async () => (await client.post(CONVERSATIONS, { messages })).status === 201);
  });
});

function countConnections(): Promise<number> {
  return new Promise((resolve, reject) => {
    service.app.getHttpServer().getConnections((error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
}
