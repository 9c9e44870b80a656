import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS, type ApiClient, type ApiResponse } from '../support/api-client.js';
import { postgresOptions } from '../support/postgres-store.js';
import { PostgresServer } from '../support/postgres-server.js';
import { until } from '../support/redis-server.js';
import { startService, type TestService } from '../support/service.js';
import { STORE_ROUTES } from '../support/store-routes.js';

const MESSAGES = { messages: [{ content: 'hi' }] };
const PASSWORD = 'the password of the database';

function startServiceOn(server: PostgresServer, timeoutMs = 5_000): Promise<TestService> {
  return startService({
    store: { driver: 'postgres', ...postgresOptions(server.url, { timeoutMs }) },
  });
}

function isReady(client: ApiClient): Promise<boolean> {
  return client.get('/health/ready').then(({ status }) => status === 200);
}

function storeLines(service: TestService): readonly string[] {
  return service.logLines().filter((line) => line.includes('[Store]'));
}

function expectUnavailable({ status, headers, body, text }: ApiResponse): void {
  expect(status).toBe(503);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(body).toMatchObject({ type: '/problems/store-unavailable', status: 503 });
  expect(text).not.toMatch(/postgres|127\.0\.0\.1|ECONN|relation/i);
}

describe('a service that starts before its PostgreSQL', () => {
  let server: PostgresServer;
  let service: TestService;
  let client: ApiClient;

  beforeAll(async () => {
    server = await PostgresServer.start({ password: PASSWORD });
    await server.kill();
    service = await startServiceOn(server);
    client = service.client();
  });
  afterAll(async () => {
    await service.close();
    await server.stop();
  });

  it.each(STORE_ROUTES)('answers %s with 503 and when to come back', async (_, visit) => {
    expectUnavailable(await visit(client));
  });

  it('is alive and not ready', async () => {
    expect((await client.get('/health/live')).status).toBe(200);
    const { status, body, text } = await client.get('/health/ready');
    expect(status).toBe(503);
    expect(body.details['store']).toEqual({ status: 'down', driver: 'postgres' });
    expect(text).not.toMatch(/127\.0\.0\.1|ECONN/i);
  });

  it('says in one line of the log what is wrong', () => {
    expect(storeLines(service)).toEqual([
      'log [Store] Conversations are stored in PostgreSQL.',
      expect.stringMatching(/^error \[Store\] PostgreSQL cannot be reached \(connect ECONNREFUSED/),
    ]);
  });

  it('makes the tables by itself once PostgreSQL is there, and only then is ready', async () => {
    await server.run();
    let answer = await client.post(CONVERSATIONS, MESSAGES);
    await until(async () => {
      const wasReady = await isReady(client);
      answer = await client.post(CONVERSATIONS, MESSAGES);
      // From the first time that it is ready, it serves.
      if (wasReady) expect(answer.status).toBe(201);
      else if (answer.status !== 201) expectUnavailable(answer);
      return wasReady;
    });
    expect(answer.body.messages).toHaveLength(1);
    const isRecovery = (line: string): boolean => line.includes('PostgreSQL starts or stops');
    expect(
      storeLines(service)
        .slice(2)
        .filter((line) => !isRecovery(line)),
    ).toEqual([
      expect.stringMatching(/^log \[Store\] The tables have migration 0001/),
      expect.stringMatching(/^log \[Store\] The tables have migration 0002/),
      expect.stringMatching(/^log \[Store\] The tables have migration 0003/),
      expect.stringMatching(/^log \[Store\] The tables have migration 0004/),
      'log [Store] PostgreSQL is ready.',
    ]);
  });

  it('logs no secret', () => {
    expect(service.logLines().join('\n')).not.toContain(PASSWORD);
  });
});

describe('a PostgreSQL that freezes with its connections open', () => {
  it('is noticed; then every request is refused at once, until it answers again', async () => {
    const server = await PostgresServer.start();
    // With this timeout, a request that waited for PostgreSQL would outlast the test.
    const service = await startServiceOn(server, 600_000);
    try {
      const client = service.client();
      const { body: created } = await client.post(CONVERSATIONS, MESSAGES);
      const read = { ...created, hasMore: false };
      server.freeze();
      const early = client.get(`${CONVERSATIONS}/${created.id}`);
      await until(() => service.logLines().some((line) => line.includes('does not answer')));
      for (const [, visit] of STORE_ROUTES) expectUnavailable(await visit(client));
      expect(await isReady(client)).toBe(false);
      expect((await client.get('/health/live')).status).toBe(200);
      server.thaw();
      expect((await early).body).toEqual(read);
      await until(() => isReady(client));
      expect((await client.get(`${CONVERSATIONS}/${created.id}`)).body).toEqual(read);
      expect(storeLines(service).filter((line) => line.startsWith('error'))).toHaveLength(1);
    } finally {
      server.thaw();
      await service.close();
      await server.stop();
    }
  });
});

describe('a service that stops while its PostgreSQL is frozen', () => {
  it('does not wait for migrations that have begun', async () => {
    const server = await PostgresServer.start();
    server.freeze();
    try {
      const service = await startServiceOn(server, 600_000);
      expect(await isReady(service.client())).toBe(false);
      await service.close();
    } finally {
      server.thaw();
      await server.stop();
    }
  });
});
