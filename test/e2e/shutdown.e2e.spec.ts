import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { CONVERSATIONS } from '../support/api-client.js';
import { until } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { aToken } from '../support/token.js';

/** Long enough for a busy machine to notice that the service is not ready, and to send more. */
const DRAIN_MS = 3_000;
const CLIENTS = 20;

describe('SIGTERM', () => {
  it('fails no request of 20 keep-alive clients, fails readiness first, and exits with 0', async () => {
    const service = await ServiceProcess.start({
      REDIS_URL: process.env['TEST_REDIS_URL'] ?? '',
      SHUTDOWN_DRAIN_MS: String(DRAIN_MS),
    });
    // A load balancer: it looks at readiness, and sends nobody once that fails.
    let isReady = true;
    const answers: { status: number; closes: boolean; afterSignal: boolean }[] = [];
    const errors: unknown[] = [];
    let signalled = false;
    const clients = Array.from({ length: CLIENTS }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const token = aToken();
      while (isReady) {
        try {
          const { statusCode = 0, headers } = await append(service.url, agent, token);
          const closes = headers.connection === 'close';
          answers.push({ status: statusCode, closes, afterSignal: signalled });
        } catch (error) {
          errors.push(error);
        }
      }
      agent.destroy();
    });
    await until(() => answers.length > 5 * CLIENTS);

    signalled = true;
    const stopped = service.stop('SIGTERM');
    const probe = service.client();
    let live = 0;
    await until(async () => {
      live = (await probe.get('/health/live')).status;
      return (await probe.get('/health/ready')).status === 503;
    });
    // Everything else goes on for as long as somebody may not know yet.
    const seen = answers.length;
    await until(() => answers.length > seen + 2 * CLIENTS);
    isReady = false;
    await Promise.all(clients);
    const { code, ms } = await stopped;

    expect(errors).toEqual([]);
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    expect(answers.filter(({ closes, afterSignal }) => closes && afterSignal)).not.toEqual([]);
    expect(answers.filter(({ closes, afterSignal }) => closes && !afterSignal)).toEqual([]);
    expect([live, code]).toEqual([200, 0]);
    expect(ms).toBeGreaterThanOrEqual(DRAIN_MS);
  });

  it('exits within two seconds after its drain, although clients have followed streams', async () => {
    const service = await ServiceProcess.start(
      { REDIS_URL: process.env['TEST_REDIS_URL'] ?? '', SHUTDOWN_DRAIN_MS: '500' },
      'test/support/scripted-service.mjs',
    );
    const token = aToken();
    const agent = new Agent({ keepAlive: true });
    const streams: Promise<string>[] = [];
    for (const step of [
      ['say', 'done'],
      ['untilAborted', null],
      ['untilAborted', null],
    ]) {
      const content = JSON.stringify([['say', 'begun'], step]);
      const stream = await follow(service.url, agent, token, content);
      streams.push(stream.ended);
      await stream.begun;
    }
    await streams[0];
    const { code, ms } = await service.stop('SIGTERM');
    agent.destroy();
    for (const text of await Promise.all(streams)) expect(text).toContain('[DONE]');
    expect(code).toBe(0);
    expect(ms).toBeLessThan(500 + 2_000);
  });

  it('waits no longer than it may for a request that never ends', async () => {
    const service = await ServiceProcess.start({
      SHUTDOWN_DRAIN_MS: '0',
      SHUTDOWN_FINISH_MS: '500',
    });
    const socket = request(`${service.url}/api/v1/conversations`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${aToken()}`,
        'Content-Type': 'application/json',
        'Content-Length': '100',
      },
    });
    const broken = new Promise((resolve) => socket.once('error', resolve));
    socket.write('{"title":'); // and the rest never comes
    await until(async () => (await service.client().get('/health/live')).status === 200);
    const { code } = await service.stop('SIGTERM');
    await broken;
    expect(code).toBe(0);
  });
});

describe('an error that nobody handles', () => {
  it.each(['rejection', 'exception'])('stops the process gracefully: %s', async (STRAY) => {
    const service = await ServiceProcess.start(
      { STRAY, SHUTDOWN_DRAIN_MS: '1000', LOG_ERROR_MESSAGES: 'true' },
      'test/support/stray-service.mjs',
    );
    const client = service.client();
    service.signal('SIGUSR2');
    await until(async () => (await client.get('/health/ready')).status === 503);
    expect((await client.get(CONVERSATIONS)).status).toBe(200);
    expect(await service.exited()).toBe(1);
    expect(service.output).toMatch(/Nobody (handled|caught).*The process stops[^]*A stray error/);
  });
});

/** Runs a turn in a conversation of its own, and follows its events. */
async function follow(
  url: string,
  agent: Agent,
  token: string,
  content: string,
): Promise<{ begun: Promise<unknown>; ended: Promise<string> }> {
  const headers = {
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    Accept: 'text/event-stream',
  };
  const created = await fetch(url + CONVERSATIONS, { method: 'POST', headers, body: '{}' });
  const { id } = (await created.json()) as { id: string };
  return new Promise((resolve, reject) => {
    request(
      `${url}${CONVERSATIONS}/${id}/turns`,
      { method: 'POST', agent, headers },
      (response) => {
        let text = '';
        const begun = new Promise((resolveBegun) => {
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
            if (text.includes('begun')) resolveBegun(undefined);
          });
        });
        resolve({ begun, ended: once(response, 'end').then(() => text) });
      },
    )
      .once('error', reject)
      .end(JSON.stringify({ message: { content } }));
  });
}

function append(url: string, agent: Agent, token: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    request(url + CONVERSATIONS, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => resolve(response));
    })
      .once('error', reject)
      .end('{"messages":[{"content":"hi"}]}');
  });
}
