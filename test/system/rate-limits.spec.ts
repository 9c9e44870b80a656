import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, CONVERSATIONS, type ApiResponse } from '../support/api-client.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { PostgresServer } from '../support/postgres-server.js';
import { RedisServer, until } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { aToken, type TestUser } from '../support/token.js';

/** Requests, and seconds: longer than a busy machine takes for the requests of one window. */
const LIMIT = 30;
const WINDOW_SECONDS = 4;

const STORES: [string, () => Promise<Record<string, string>>][] = [
  ['Redis', async () => ({ REDIS_URL: process.env['TEST_REDIS_URL'] ?? '' })],
  ['PostgreSQL', async () => ({ DATABASE_URL: await createSharedDatabase() })],
];

describe.each(STORES)('two processes on %s', (_, address) => {
  let services: ServiceProcess[];

  beforeAll(async () => {
    const environment = {
      ...(await address()),
      RATE_LIMIT_USER: `${LIMIT}/${WINDOW_SECONDS}`,
      RATE_LIMIT_TENANT: `${2 * LIMIT}/${WINDOW_SECONDS}`,
    };
    // The first one makes the tables.
    const first = await ServiceProcess.start(environment);
    services = [first, await ServiceProcess.start(environment)];
    await Promise.all(Array.from({ length: 4 }, () => statusesOf({}, 20)));
  });
  afterAll(() => Promise.all(services.map((service) => service.stop())));

  /** Sends so many requests of a user at once, half of them to each process. */
  async function answersTo(user: TestUser, count: number): Promise<ApiResponse[]> {
    const token = aToken(user);
    const clients = services.map(({ url }) => new ApiClient(url, token));
    return Promise.all(
      Array.from({ length: count }, (_, i) => (clients[i % 2] as ApiClient).get(CONVERSATIONS)),
    );
  }

  async function statusesOf(user: TestUser, count: number): Promise<Record<number, number>> {
    const statuses: Record<number, number> = {};
    for (const { status } of await answersTo(user, count)) {
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    return statuses;
  }

  it('let exactly as many requests of a user pass as the limit says, in one window and in the next', async () => {
    const user = { sub: randomUUID(), tid: randomUUID() };
    for (let window = 0; window < 2; window++) {
      expect(await statusesOf(user, 3 * LIMIT)).toEqual({ 200: LIMIT, 429: 2 * LIMIT });
      const [refused] = (await answersTo(user, 1)) as [ApiResponse];
      expect(refused.status).toBe(429);
      const seconds = Number(refused.headers.get('retry-after'));
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(WINDOW_SECONDS);
      await delay(seconds * 1_000);
    }
  });

  it('bind the users of a tenant together, spare other tenants, and count no refusal of a user', async () => {
    const tid = randomUUID();
    const users = [
      { tid, sub: 'a' },
      { tid, sub: 'b' },
      { tid, sub: 'c' },
    ] as const;
    // Far over the limit of this user: the tenant still has as much again for the others.
    expect(await statusesOf(users[0], 3 * LIMIT)).toEqual({ 200: LIMIT, 429: 2 * LIMIT });
    const both = await Promise.all([statusesOf(users[1], LIMIT), statusesOf(users[2], LIMIT)]);
    expect((both[0][200] ?? 0) + (both[1][200] ?? 0)).toBe(LIMIT);
    expect(await statusesOf({}, LIMIT)).toEqual({ 200: LIMIT });
  });
});

/** A server that can be taken away, and the variables that lead to it. */
interface Server {
  readonly environment: Record<string, string>;
  kill(): Promise<void>;
  run(): Promise<unknown>;
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

const SERVERS: [string, () => Promise<Server>][] = [
  [
    'Redis',
    async () => {
      const server = await RedisServer.start();
      return Object.assign(server, { environment: { REDIS_URL: server.url } });
    },
  ],
  [
    'PostgreSQL',
    async () => {
      const server = await PostgresServer.start();
      return Object.assign(server, { environment: { DATABASE_URL: server.url } });
    },
  ],
];

describe.each(SERVERS)('with limits, while %s', (_, start) => {
  let server: Server;
  let service: ServiceProcess;
  let client: ApiClient;

  beforeAll(async () => {
    server = await start();
    service = await ServiceProcess.start({
      ...server.environment,
      RATE_LIMIT_USER: '1000000/60',
      RATE_LIMIT_TENANT: '1000000/60',
    });
    client = service.client();
    await until(async () => (await client.get(CONVERSATIONS)).status === 200);
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await server.stop();
  });

  function expectUnavailable({ status, headers, body }: ApiResponse): void {
    expect(status).toBe(503);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(body).toMatchObject({ type: '/problems/store-unavailable', mayHaveBeenApplied: false });
  }

  it('is down, requests get 503 at once, and pass once it is back', async () => {
    await server.kill();
    await until(async () => (await client.get(CONVERSATIONS)).status === 503);
    const begun = performance.now();
    for (let i = 0; i < 20; i++) expectUnavailable(await client.post(CONVERSATIONS, {}));
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect((await client.get('/health/live')).status).toBe(200);
    await server.run();
    await until(async () => (await client.post(CONVERSATIONS, {})).status === 201);
  });

  it('hangs, the first requests fail within its silence, and the next ones at once', async () => {
    server.freeze();
    try {
      const begun = performance.now();
      await until(async () => (await client.post(CONVERSATIONS, {})).status === 503, 20_000);
      expect(performance.now() - begun).toBeLessThan(10_000);
      await until(async () => {
        const asked = performance.now();
        expectUnavailable(await client.post(CONVERSATIONS, {}));
        return performance.now() - asked < 100;
      });
      const start = performance.now();
      for (let i = 0; i < 20; i++) expectUnavailable(await client.post(CONVERSATIONS, {}));
      // Far less than twenty times the silence of a server, also on a busy machine.
      expect(performance.now() - start).toBeLessThan(5_000);
    } finally {
      server.thaw();
    }
    await until(async () => (await client.post(CONVERSATIONS, {})).status === 201, 20_000);
  });
});
