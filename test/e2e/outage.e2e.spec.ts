import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { CONVERSATIONS, type ApiClient, type ApiResponse } from '../support/api-client.js';
import { freePort } from '../support/free-port.js';
import { RedisServer, until } from '../support/redis-server.js';
import { redisOptions } from '../support/redis-store.js';
import { startServiceOn } from '../support/service-on-redis.js';
import { STORE_ROUTES } from '../support/store-routes.js';
import { startService, type TestService } from '../support/service.js';

const MESSAGES = { messages: [{ content: 'hi' }] };

describe('while Redis is stopped', () => {
  let redis: RedisServer;
  let service: TestService;
  let client: ApiClient;
  let before: ApiResponse;

  beforeAll(async () => {
    redis = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always');
    service = await startServiceOn(redis);
    client = service.client();
    before = await client.post(CONVERSATIONS, MESSAGES);
    expect(before.status).toBe(201);
    await redis.kill();
    await until(async () => (await client.get(CONVERSATIONS)).status === 503);
  });
  afterAll(async () => {
    await service.close();
    await redis.stop();
  });

  it.each(STORE_ROUTES)('answers %s with 503 and when to come back', async (_, visit) => {
    const { status, headers, body, text } = await visit(client);
    expect(status).toBe(503);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(body).toMatchObject({ type: '/problems/store-unavailable', status: 503 });
    expect(text).not.toMatch(/redis|127\.0\.0\.1|ECONN/i);
  });

  it('is alive and not ready', async () => {
    const live = await client.get('/health/live');
    expect([live.status, live.body]).toEqual([200, { status: 'ok' }]);
    for (const path of ['/health/ready', '/health']) {
      const { status, body, text } = await client.get(path);
      expect(status).toBe(503);
      expect(body.details['store']).toEqual({ status: 'down', driver: 'redis' });
      expect(text).not.toMatch(/127\.0\.0\.1|ECONN/i);
    }
  });

  it('recovers by itself, with what was there and nothing else', async () => {
    await redis.run();
    await until(async () => (await client.get('/health/ready')).status === 200);
    const list = await client.get(CONVERSATIONS);
    expect(list.body.data.map(({ id }) => id)).toEqual([before.body.id]);
    const read = await client.get(`${CONVERSATIONS}/${before.body.id}`);
    expect(read.body).toEqual({ ...before.body, hasMore: false });
    expect((await client.post(CONVERSATIONS, {})).status).toBe(201);
  });
});

describe('a service that starts before its Redis', () => {
  it('is not ready at first, and serves once Redis is there', async () => {
    const redis = await RedisServer.start();
    await redis.kill();
    const service = await startServiceOn(redis);
    try {
      const client = service.client();
      expect((await client.get('/health/ready')).status).toBe(503);
      expect((await client.post(CONVERSATIONS, {})).status).toBe(503);
      await redis.run();
      await until(async () => (await client.get('/health/ready')).status === 200);
      expect((await client.get(CONVERSATIONS)).body.data).toEqual([]);
    } finally {
      await service.close();
      await redis.stop();
    }
  });
});

describe('a Redis that freezes with its connections open', () => {
  it('is noticed; then every request is refused at once, until it answers again', async () => {
    const redis = await RedisServer.start();
    // With this timeout, a request that waited for Redis would outlast the test.
    const service = await startServiceOn(redis, { timeoutMs: 60_000 });
    try {
      const client = service.client();
      const { body: created } = await client.post(CONVERSATIONS, MESSAGES);
      redis.freeze();
      const early = client.get(`${CONVERSATIONS}/${created.id}`);
      await until(() => service.logLines().some((line) => line.includes('does not answer')));
      for (const [, visit] of STORE_ROUTES) expect((await visit(client)).status).toBe(503);
      expect((await client.get('/health/ready')).status).toBe(503);
      expect((await client.get('/health/live')).status).toBe(200);
      redis.thaw();
      const read = { ...created, hasMore: false };
      expect((await early).body).toEqual(read);
      await until(async () => (await client.get('/health/ready')).status === 200);
      expect((await client.get(`${CONVERSATIONS}/${created.id}`)).body).toEqual(read);
      expect((await client.get(CONVERSATIONS)).body.data).toHaveLength(1);
    } finally {
      await service.close();
      await redis.stop();
    }
  });
});

describe('a Redis that says nothing for longer than REDIS_TIMEOUT', () => {
  it('is connected to anew', async () => {
    const redis = await RedisServer.start();
    const service = await startServiceOn(redis, { timeoutMs: 1_000 });
    const logged = (text: string): number =>
      service.logLines().filter((line) => line.includes(text)).length;
    try {
      await until(() => logged('Redis is ready.') === 1);
      redis.freeze();
      await until(() => logged('Socket timeout') > 0);
      redis.thaw();
      await until(() => logged('Redis is ready.') === 2);
      await until(async () => (await service.client().post(CONVERSATIONS, {})).status === 201);
    } finally {
      await service.close();
      await redis.stop();
    }
  });
});

describe('a service whose sentinels are away at its start', () => {
  it('listens, is alive and not ready', async () => {
    const nodes = [{ host: '127.0.0.1', port: await freePort() }];
    const topology = { mode: 'sentinel', nodes, primary: 'main' } as const;
    const service = await startService({
      store: { driver: 'redis', ...redisOptions({ topology }) },
    });
    try {
      const client = service.client();
      expect((await client.get('/health/live')).status).toBe(200);
      expect((await client.get('/health/ready')).status).toBe(503);
      expect((await client.get(CONVERSATIONS)).status).toBe(503);
    } finally {
      await service.close();
    }
  });
});

describe('a Redis that refuses', () => {
  it.each([
    ['a replica takes no writes', { host: '127.0.0.1', port: 1 }, 'replica-read-only', 'yes'],
    ['memory is full', undefined, 'maxmemory', '1'],
  ] as const)('answers 503 to writes when %s', async (_, replicaOf, setting, value) => {
    const redis = await RedisServer.start();
    const admin = new Redis(redis.port);
    const service = await startServiceOn(redis);
    try {
      await admin.config('SET', setting, value);
      if (replicaOf) await admin.replicaof(replicaOf.host, replicaOf.port);
      const { status, body } = await service.client().post(CONVERSATIONS, {});
      expect([status, body.type]).toEqual([503, '/problems/store-unavailable']);
      expect(body).toMatchObject({
        detail: 'Nothing was changed. Try again.',
        mayHaveBeenApplied: false,
      });
    } finally {
      await service.close();
      admin.disconnect();
      await redis.stop();
    }
  });

  it('answers 503 with a wrong password, says so in the log, and not which', async () => {
    const redis = await RedisServer.start('--requirepass', 'the right one');
    const service = await startServiceOn(redis, { password: 'the wrong one' });
    try {
      const { status, text } = await service.client().get(CONVERSATIONS);
      expect(status).toBe(503);
      expect(text).not.toMatch(/password|WRONGPASS|NOAUTH/i);
      const log = service
        .logLines()
        .filter((line) => line.includes('[Store]'))
        .join('\n');
      expect(log).toContain('Redis denies access: WRONGPASS');
      expect(log).not.toMatch(/the (wrong|right) one/);
    } finally {
      await service.close();
      await redis.stop();
    }
  });
});
