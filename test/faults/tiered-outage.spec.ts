import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { TieredStoreOptions } from '../../src/store/tiered/tiered.options.js';
import { CONVERSATIONS, type ApiClient, type ApiResponse } from '../support/api-client.js';
import { expectProblem } from '../support/expect-problem.js';
import { until } from '../support/redis-server.js';
import { startService, type TestService } from '../support/service.js';
import { STORE_ROUTES } from '../support/store-routes.js';
import { optionsOfTiers, TierServers, type TestTierOptions } from '../support/tier-servers.js';
import { openTieredParts } from '../support/tiered-store.js';

const HI = { messages: [{ content: 'hi' }] };
const FLUSH = `${CONVERSATIONS}/flush`;
const NOBODY = '01890a5d-ac96-774b-bcce-b302099a8057';
const ALICE = { sub: 'alice', tid: 'contoso' };
const OWNER = { tenantId: ALICE.tid, userId: ALICE.sub };

let servers: TierServers;
let databaseUrl: string;
beforeAll(async () => {
  servers = await TierServers.start();
});
afterAll(() => servers.stop());

async function onEmptyTiers(options?: TestTierOptions): Promise<TieredStoreOptions> {
  const admin = new Redis(servers.redis.port);
  await admin.flushall();
  admin.disconnect();
  databaseUrl = await servers.postgres.createDatabase();
  return optionsOfTiers({ redis: servers.redis, databaseUrl }, options);
}

async function start(): Promise<TestService> {
  return startService({ store: { driver: 'tiered', ...(await onEmptyTiers()) } });
}

async function rowsOf(text: string): Promise<Record<string, unknown>[]> {
  return servers.postgres.query(text, new URL(databaseUrl).pathname.slice(1));
}

function at(id: string, rest = ''): string {
  return `${CONVERSATIONS}/${id}${rest}`;
}

function sourceOf({ headers }: ApiResponse): string | null {
  return headers.get('x-conversation-source');
}

async function tiersOf(client: ApiClient): Promise<Record<string, unknown>> {
  const { status, body } = await client.get('/health');
  expect(status).toBe(200);
  return { ...body.details['store'] };
}

function isWritable(client: ApiClient): Promise<boolean> {
  return client.post(CONVERSATIONS, HI).then(({ status }) => status === 201);
}

/** Two conversations that both tiers have, and of which Redis still holds one. */
async function prepare(client: ApiClient): Promise<{ hot: ApiResponse; cold: ApiResponse }> {
  const hot = await client.post(CONVERSATIONS, HI);
  const cold = await client.post(CONVERSATIONS, HI);
  expect([hot.status, cold.status]).toEqual([201, 201]);
  expect((await client.post(FLUSH, undefined)).status).toBe(200);
  await servers.cool(OWNER, cold.body.id);
  return { hot, cold };
}

describe.each(['is killed', 'freezes'])('while Redis %s', (how) => {
  const isKilled = how === 'is killed';
  let service: TestService;
  let client: ApiClient;
  let hot: ApiResponse;
  let cold: ApiResponse;

  beforeAll(async () => {
    service = await start();
    client = service.client(ALICE);
    ({ hot, cold } = await prepare(client));
    if (isKilled) await servers.redis.kill();
    else servers.redis.freeze();
    await until(async () => (await client.post(CONVERSATIONS, HI)).status === 503);
  });
  afterAll(async () => {
    await recover();
    await service.close();
  });

  let isBack = false;
  async function recover(): Promise<void> {
    if (isBack) return;
    isBack = true;
    if (isKilled) await servers.redis.run();
    else servers.redis.thaw();
  }

  it('answers reads and lists from PostgreSQL, and says so', async () => {
    for (const { body } of [hot, cold]) {
      const read = await client.get(at(body.id));
      expect([read.status, sourceOf(read)]).toEqual([200, 'archive']);
      expect(read.body).toEqual({ ...body, hasMore: false });
      expect(read.headers.get('etag')).toBe('"1"');
      const page = await client.get(at(body.id, '/messages'));
      expect([page.status, sourceOf(page)]).toEqual([200, 'archive']);
      expect(page.body.data).toEqual(body.messages);
    }
    const list = await client.get(CONVERSATIONS);
    expect([list.status, sourceOf(list)]).toEqual([200, 'archive']);
    expect(list.body.data.map(({ id }) => id)).toEqual([cold.body.id, hot.body.id]);
    const chat = await client.post('/api/chat/list-conversations', {});
    expect([chat.status, sourceOf(chat)]).toEqual([200, 'archive']);
    expect(chat.body.conversations).toHaveLength(2);
  });

  it('answers 503, never 404, for what PostgreSQL does not have', async () => {
    for (const path of [at(NOBODY), at(NOBODY, '/messages')]) {
      expectProblem(await client.get(path), 503);
    }
    expectProblem(await service.client().get(at(hot.body.id)), 503);
  });

  it('refuses every other route', async () => {
    const reads = /^GET \/conversations$|^POST \/api\/chat\/list/;
    for (const [name, visit] of STORE_ROUTES.filter(([route]) => !reads.test(route))) {
      const answer = await visit(client);
      expect([name, answer.status]).toEqual([name, 503]);
      expectProblem(answer, 503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.text).not.toMatch(/redis|postgres|127\.0\.0\.1|ECONN/i);
    }
    const { id } = hot.body;
    expectProblem(await client.post(at(id, '/messages'), HI), 503);
    expectProblem(await client.post(at(id, '/turns'), { message: 'hi' }), 503);
    expectProblem(await client.patch(at(id), { title: 'x' }), 503);
    expectProblem(await client.delete(at(id)), 503);
    expectProblem(await client.post(FLUSH, undefined), 503);
  });

  it('is alive and ready, and its health names both tiers', async () => {
    expect((await client.get('/health/live')).status).toBe(200);
    expect((await client.get('/health/ready')).status).toBe(200);
    expect(await tiersOf(client)).toEqual({
      ...{ status: 'up', driver: 'tiered', latencyMs: expect.any(Number) },
      ...{ redis: 'down', postgres: 'up' },
    });
  });

  it('works again by itself, with what was there', async () => {
    await recover();
    await until(async () => sourceOf(await client.get(CONVERSATIONS)) === null);
    await until(() => isWritable(client));
    for (const { body } of [hot, cold]) {
      const read = await client.get(at(body.id));
      expect([read.status, sourceOf(read)]).toEqual([200, null]);
      expect(read.body.messages).toEqual(body.messages);
    }
    expect(await tiersOf(client)).toMatchObject({ redis: 'up', postgres: 'up' });
  });
});

describe.each(['is killed', 'freezes'])('while PostgreSQL %s', (how) => {
  const isKilled = how === 'is killed';
  let service: TestService;
  let client: ApiClient;
  let hot: ApiResponse;
  let cold: ApiResponse;
  let created: ApiResponse;

  beforeAll(async () => {
    service = await start();
    client = service.client(ALICE);
    ({ hot, cold } = await prepare(client));
    if (isKilled) await servers.postgres.kill();
    else servers.postgres.freeze();
    await until(() =>
      service.logLines().some((line) => line.startsWith('error [Store] PostgreSQL')),
    );
  });
  afterAll(async () => {
    await recover();
    await service.close();
  });

  let isBack = false;
  async function recover(): Promise<void> {
    if (isBack) return;
    isBack = true;
    if (isKilled) await servers.postgres.run();
    else servers.postgres.thaw();
  }

  it('works on with what Redis holds, and with what is new', async () => {
    const { id } = hot.body;
    expect(await client.get(at(id))).toMatchObject({ status: 200, body: { id } });
    expect((await client.post(at(id, '/messages'), HI)).status).toBe(201);
    expect((await client.patch(at(id), { title: 'later' })).status).toBe(200);
    expect((await client.post(at(id, '/turns'), { message: 'a turn' })).status).toBe(201);
    const { status, body } = await client.get(at(id));
    expect([status, body.title, body.messages.length]).toEqual([200, 'later', 3]);
    created = await client.post(CONVERSATIONS, HI);
    expect(created.status).toBe(201);
    const read = await client.get(at(created.body.id));
    expect([read.status, sourceOf(read)]).toEqual([200, null]);
  });

  it('answers 503 for what has left Redis, for deletes and for lists', async () => {
    const { id } = cold.body;
    const answers = [
      await client.get(at(id)),
      await client.get(at(NOBODY)),
      await client.post(at(id, '/messages'), HI),
      await client.patch(at(id), { title: 'x' }),
      await client.delete(at(hot.body.id)),
      await client.delete(CONVERSATIONS),
      await client.get(CONVERSATIONS),
      await client.post('/api/chat/list-conversations', {}),
      await client.get(`${CONVERSATIONS}/export`),
    ];
    for (const answer of answers) {
      expectProblem(answer, 503);
      expect(answer.text).not.toMatch(/redis|postgres|127\.0\.0\.1|ECONN/i);
      expect(answer.body).toMatchObject({ mayHaveBeenApplied: false });
    }
    expectProblem(await client.post(FLUSH, undefined), 503);
    expect((await client.get(at(hot.body.id))).status).toBe(200);
  });

  it('is alive and ready, and its health names both tiers', async () => {
    expect((await client.get('/health/live')).status).toBe(200);
    expect((await client.get('/health/ready')).status).toBe(200);
    expect(await tiersOf(client)).toMatchObject({ status: 'up', redis: 'up', postgres: 'down' });
  });

  it('saves by itself what was written, once PostgreSQL is back', async () => {
    await recover();
    await until(async () => {
      const rows = await rowsOf(`SELECT id, message_count AS count FROM conversations`);
      const counts = new Map(rows.map(({ id, count }) => [id, Number(count)]));
      return counts.get(hot.body.id) === 3 && counts.get(created.body.id) === 1;
    });
    await until(async () => (await client.get(CONVERSATIONS)).status === 200);
    expect((await client.get(at(cold.body.id))).status).toBe(200);
    expect((await client.delete(at(hot.body.id))).status).toBe(204);
  });
});

describe('while both tiers are away', () => {
  it('refuses every route, and is alive and not ready', async () => {
    const service = await start();
    try {
      const client = service.client(ALICE);
      const { hot } = await prepare(client);
      await Promise.all([servers.redis.kill(), servers.postgres.kill()]);
      await until(async () => (await client.get(CONVERSATIONS)).status === 503);
      for (const [name, visit] of STORE_ROUTES) {
        expect([name, (await visit(client)).status]).toEqual([name, 503]);
      }
      expectProblem(await client.get(at(hot.body.id)), 503);
      expect((await client.get('/health/live')).status).toBe(200);
      const { status, body } = await client.get('/health/ready');
      expect(status).toBe(503);
      expect(body.details['store']).toEqual({ status: 'down', driver: 'tiered' });
      await Promise.all([servers.redis.run(), servers.postgres.run()]);
      await until(() => isWritable(client));
      await until(async () => (await client.get(CONVERSATIONS)).status === 200);
      expect((await client.get(at(hot.body.id))).body.messages).toEqual(hot.body.messages);
    } finally {
      await service.close();
    }
  });
});

describe('a service that starts while PostgreSQL is away', () => {
  it('uses Redis only once both were compared, and is not ready before', async () => {
    const first = await start();
    const client = first.client(ALICE);
    const { hot } = await prepare(client);
    await first.close();
    await servers.postgres.kill();
    const service = await startService({
      store: { driver: 'tiered', ...optionsOfTiers({ redis: servers.redis, databaseUrl }) },
    });
    try {
      const late = service.client(ALICE);
      expectProblem(await late.get(at(hot.body.id)), 503);
      expectProblem(await late.post(CONVERSATIONS, HI), 503);
      expect((await late.get('/health/live')).status).toBe(200);
      expect((await late.get('/health/ready')).status).toBe(503);
      await servers.postgres.run();
      await until(() => isWritable(late));
      expect((await late.get('/health/ready')).status).toBe(200);
      expect((await late.get(at(hot.body.id))).status).toBe(200);
    } finally {
      await service.close();
    }
  });
});

describe('a service whose writes would be at risk', () => {
  let service: TestService;
  let client: ApiClient;
  /** Looks at both tiers now, and not in ten seconds. */
  let sweep: () => Promise<void>;

  beforeEach(async () => {
    const options = await onEmptyTiers({ maxDirtyConversations: 3 });
    const { store, tiers } = await openTieredParts(options);
    service = await startService({ store: { driver: 'custom', store } });
    client = service.client(ALICE);
    sweep = () => tiers.sweeper.sweep().catch(() => undefined);
  });
  afterEach(() => service.close());

  const logged = (text: string): boolean =>
    service.logLines().some((line) => line.includes('[Store]') && line.includes(text));

  it('refuses writes while MAX_DIRTY_CONVERSATIONS are unsaved, and takes them again by itself', async () => {
    const { hot } = await prepare(client);
    await servers.postgres.kill();
    for (let i = 0; i < 3; i++) expect(await isWritable(client)).toBe(true);
    await sweep();
    const refused = await client.post(CONVERSATIONS, HI);
    expectProblem(refused, 503);
    expect(refused.body).toMatchObject({ mayHaveBeenApplied: false });
    expect(logged('Writes get 503. 3 conversations or more are not saved')).toBe(true);
    expectProblem(await client.post(at(hot.body.id, '/messages'), HI), 503);
    expect((await client.get(at(hot.body.id))).status).toBe(200);
    await servers.postgres.run();
    await until(async () => {
      await sweep();
      return isWritable(client);
    });
    expect(logged('Writes are accepted again.')).toBe(true);
    await until(async () => (await client.delete(at(hot.body.id))).status === 204);
  });

  it('refuses writes while Redis may evict, says why, and reads', async () => {
    const admin = new Redis(servers.redis.port);
    try {
      const { hot, cold } = await prepare(client);
      await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
      await sweep();
      expect(logged('set maxmemory-policy noeviction')).toBe(true);
      const refused = await client.patch(at(hot.body.id), { title: 'x' });
      expectProblem(refused, 503);
      expect(refused.body).toMatchObject({ mayHaveBeenApplied: false });
      for (const { body } of [hot, cold]) {
        expect((await client.get(at(body.id))).body.messages).toEqual(body.messages);
      }
      expect((await client.get(CONVERSATIONS)).body.data).toHaveLength(2);
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
      await sweep();
      expect(await isWritable(client)).toBe(true);
    } finally {
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
      admin.disconnect();
    }
  });
});
