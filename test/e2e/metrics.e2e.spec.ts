import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, type OnApplicationBootstrap } from '@nestjs/common';
import { CONVERSATIONS } from '../support/api-client.js';
import { MetricSamples } from '../support/metric-samples.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/redis-server.js';
import { ScriptedOrchestrator } from '../support/scripted-orchestrator.mjs';
import { startService, type TestService } from '../support/service.js';

/** Longer than a scrape holds. */
const NEXT_SCRAPE_MS = 600;

const ROUTE = { route: `${CONVERSATIONS}/:id`, method: 'GET' };

let service: TestService | undefined;

async function start(options: Parameters<typeof startService>[0] = {}): Promise<TestService> {
  return (service = await startService(options));
}
async function scrape(): Promise<MetricSamples> {
  await delay(NEXT_SCRAPE_MS);
  return MetricSamples.of(service?.url ?? '');
}
afterEach(() => service?.close());

describe('/metrics', () => {
  it('answers without a token, in the format of Prometheus', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/metrics`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(await response.text()).toMatch(
      /^conversation_store_build_info\{version="\d+\.\d+\.\d+",node="v\d+.*",driver="memory"\} 1$/m,
    );
  });

  it('counts requests by the pattern of their route, the method and the status', async () => {
    const me = (await start()).client();
    const { id } = (await me.post(CONVERSATIONS, {})).body;
    await me.get(`${CONVERSATIONS}/${id}`);
    await me.get(`${CONVERSATIONS}/${id}`);
    await me.get(`${CONVERSATIONS}/${randomUUID()}`);
    await me.get(`${CONVERSATIONS}/garbled`);
    const samples = await scrape();
    const count = 'http_request_duration_seconds_count';
    const of = (status: string) => samples.value(count, { ...ROUTE, status });
    expect(['200', '404', '400', '500'].map(of)).toEqual([2, 1, 1, undefined]);
    expect(samples.value(count, { route: CONVERSATIONS, method: 'POST', status: '201' })).toBe(1);
    const bucket = 'http_request_duration_seconds_bucket';
    expect(samples.value(bucket, { ...ROUTE, status: '200', le: '60' })).toBe(2);
    expect(samples.value(bucket, { ...ROUTE, status: '200', le: '+Inf' })).toBe(2);
    expect(samples.value('http_requests_in_flight')).toBe(1);
  });

  it('stays as small, whatever paths and methods clients send', async () => {
    const { url } = await start();
    const methods = ['GET', 'PROPFIND', 'M-SEARCH', 'DELETE', 'SUBSCRIBE', 'OPTIONS', 'LINK'];
    await send(url, 'GET', '/first');
    await send(url, 'PROPFIND', '/first');
    const before = await scrape();
    for (let i = 0; i < 1_000; i++) {
      const path =
        i % 2 === 0 ? `/${randomUUID()}/${i}` : `${CONVERSATIONS}/${i}/../${'%7F'.repeat(i % 9)}`;
      await send(url, methods[i % methods.length] as string, path);
    }
    const after = await scrape();
    const seriesOf = ({ all }: MetricSamples) =>
      all.filter(({ name }) => name.endsWith('http_request_duration_seconds_count'));
    // A method of its own, or a status, each at one label of the route.
    expect(seriesOf(after).length - seriesOf(before).length).toBeLessThanOrEqual(8);
    expect(after.text).not.toMatch(/PROPFIND|SEARCH|%7F/);
    const unknown = after.value('http_request_duration_seconds_count', { route: 'unknown' });
    expect(unknown).toBeGreaterThan(500);
  });

  it('counts store operations by their outcomes, and idempotent replays', async () => {
    const me = (await start()).client();
    const key = { 'Idempotency-Key': randomUUID() };
    for (let i = 0; i < 3; i++) await me.post(CONVERSATIONS, { title: 'one' }, key);
    await me.get(`${CONVERSATIONS}/${randomUUID()}`);
    const samples = await scrape();
    const count = 'store_operation_duration_seconds_count';
    expect(samples.value(count, { driver: 'memory', method: 'create', outcome: 'ok' })).toBe(3);
    const missing = { method: 'read', outcome: 'conversation-not-found' };
    expect(samples.value(count, missing)).toBe(1);
    expect(samples.value('idempotent_replays_total')).toBe(2);
    expect(samples.value('memory_conversations')).toBe(1);
    expect(samples.value('memory_bytes')).toBeGreaterThan(0);
  });

  it('counts turns, their events and their failures', async () => {
    const me = (await start({ orchestrator: ScriptedOrchestrator })).client();
    const { id } = (await me.post(CONVERSATIONS, {})).body;
    const turn = (content: string) => me.post(`${CONVERSATIONS}/${id}/turns`, { message: content });
    await turn('hello');
    await turn(JSON.stringify([['throw', 'for a test']]));
    const samples = await scrape();
    const count = 'turn_duration_seconds_count';
    expect(samples.value(count, { status: 'completed' })).toBe(1);
    expect(samples.value(count, { status: 'failed' })).toBe(1);
    expect(samples.value(count, { status: 'lost' })).toBe(0);
    expect(samples.value('turns_begun_total')).toBe(2);
    expect(samples.value('turn_first_event_seconds_count')).toBe(1);
    expect(samples.value('turn_events_total')).toBeGreaterThan(2);
    expect(samples.value('slots_in_use', { bound: 'running-turns' })).toBe(0);
  });

  it('names no user, tenant or conversation', async () => {
    const me = (await start()).client({ sub: 'mallory-the-user', tid: 'a-tenant' });
    const { id } = (await me.post(CONVERSATIONS, { title: 'a title' })).body;
    await me.get(`${CONVERSATIONS}/${id}`);
    const { text } = await scrape();
    for (const secret of ['mallory', 'a-tenant', id, 'a title', '127.0.0.1']) {
      expect(text).not.toContain(secret);
    }
  });

  it('answers in an overload, and says what was refused', async () => {
    const { url, ...started } = await start({
      environment: { MAX_CONCURRENT_REQUESTS: '1', MAX_REQUESTS_PER_OWNER: '1', SLOT_WAIT_MS: '1' },
    });
    const me = started.client();
    await until(async () => {
      const answers = Promise.all(Array.from({ length: 60 }, () => me.post(CONVERSATIONS, {})));
      const scraped = await fetch(`${url}/metrics`);
      const statuses = (await answers).map(({ status }) => status);
      expect(scraped.status).toBe(200);
      return statuses.includes(503);
    });
    const samples = await scrape();
    expect(samples.value('requests_refused_total', { bound: 'slots' })).toBeGreaterThan(0);
    expect(samples.value('slots_limit', { bound: 'slots' })).toBe(1);
    expect(samples.value('slots_in_use', { bound: 'slots' })).toBe(0);
  });

  it('counts what rate limits refuse, by limit', async () => {
    const me = (await start({ environment: { RATE_LIMIT_USER: '2/60' } })).client();
    for (let i = 0; i < 5; i++) await me.get(CONVERSATIONS);
    const samples = await scrape();
    const name = 'requests_rate_limited_total';
    expect(samples.value(name, { policy: 'user' })).toBe(3);
    expect(samples.value(name, { policy: 'tenant' })).toBe(0);
    // To count takes slots, in which requests may wait.
    expect(samples.value('slots_limit', { bound: 'rate-limits' })).toBeGreaterThan(0);
    expect(samples.value('slots_in_use', { bound: 'rate-limits' })).toBe(0);
    expect(samples.value('slot_queue_length', { bound: 'rate-limits' })).toBe(0);
    expect(samples.value('requests_refused_total', { bound: 'rate-limits' })).toBe(0);
  });

  it('can be switched off', async () => {
    const { url } = await start({ environment: { METRICS: 'false' } });
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
  });

  it('can have a port of its own', async () => {
    const port = String(await freePort());
    const { url } = await start({ environment: { METRICS_PORT: port, HOST: '127.0.0.1' } });
    const own = `http://127.0.0.1:${port}`;
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    expect((await MetricSamples.of(own)).value('build_info')).toBe(1);
    expect((await fetch(`${own}${CONVERSATIONS}`)).status).toBe(404);
    await service?.close();
    service = undefined;
    await expect(fetch(`${own}/metrics`)).rejects.toThrow('fetch failed');
  });

  it.each(['true', 'false'])('answers probes on that port, with METRICS=%s', async (METRICS) => {
    const port = String(await freePort());
    const { url } = await start({
      environment: { METRICS, METRICS_PORT: port, HOST: '127.0.0.1' },
    });
    for (const path of ['/health/live', '/health/ready', '/health?x']) {
      const answers = await Promise.all(
        [`http://127.0.0.1:${port}`, url].map((base) => fetch(`${base}${path}`)),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<object>));
      expect(Object.keys(bodies[0] ?? {})).toEqual(Object.keys(bodies[1] ?? {}));
    }
    const statusOf = async (path: string): Promise<number> =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect(await statusOf('/metrics')).toBe(METRICS === 'true' ? 200 : 404);
    expect(await statusOf('/healthy')).toBe(404);
  });

  it('answers on that port once the routes are ready', async () => {
    const port = await freePort();
    const early: string[] = [];
    @Controller()
    class SlowStart implements OnApplicationBootstrap {
      async onApplicationBootstrap(): Promise<void> {
        const probe = fetch(`http://127.0.0.1:${port}/health/live`);
        early.push(await probe.then(({ status }) => String(status), String));
      }
    }
    await start({
      environment: { METRICS_PORT: String(port), HOST: '127.0.0.1' },
      controllers: [SlowStart],
    });
    expect(early).toEqual(['TypeError: fetch failed']);
    expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
  });

  it('bounds on that port how many connect, and how long each may take for a request', async () => {
    const port = await freePort();
    const environment = {
      METRICS_PORT: String(port),
      HOST: '127.0.0.1',
      HEADERS_TIMEOUT_MS: '500',
    };
    await start({ environment });
    const answers = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const socket = connect({ port, host: '127.0.0.1' }).on('error', () => undefined);
        let received = '';
        socket
          .on('data', (chunk) => (received += String(chunk)))
          .write('GET /metrics HTTP/1.1\r\n');
        await until(() => socket.closed);
        return received.slice(0, 12);
      }),
    );
    // The others were closed at once.
    expect(answers.filter((answer) => answer !== '')).toEqual(Array(50).fill('HTTP/1.1 408'));
    expect((await MetricSamples.of(`http://127.0.0.1:${port}`)).value('build_info')).toBe(1);
  });
});

function send(url: string, method: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, method, path }, (response) => {
      response.resume().once('end', resolve);
    })
      .once('error', reject)
      .end();
  });
}
