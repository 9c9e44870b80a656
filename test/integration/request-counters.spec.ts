import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Owner } from 'conversation-store';
import pg from 'pg';
import type { RateLimit, RateLimits } from '../../src/domain/rate-limit.js';
import { MemoryRequestCounter } from '../../src/store/memory/memory.request-counter.js';
import { PostgresPurge } from '../../src/store/postgres/postgres.purge.js';
import { RedisKeys } from '../../src/store/redis/redis.keys.js';
import { isExceeded, type RequestCounter } from '../../src/store/request-counter.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { openHeldStore, openPostgresStore, postgresOptions } from '../support/postgres-store.js';
import { RedisServer } from '../support/redis-server.js';
import { startCluster } from '../support/redis-topologies.js';
import { openRedisStore, redisOptions, sharedRedisPort } from '../support/redis-store.js';

/** Two counters of two processes, and what ends them. */
interface Counters {
  readonly pair: readonly [RequestCounter, RequestCounter];
  close(): Promise<unknown>;
}

/** Longer than any of these tests takes. */
const LONG_SECONDS = 600;

const DRIVERS: readonly [name: string, open: () => Promise<Counters>][] = [
  ['memory', onMemory],
  ['Redis', onRedis],
  ['a Redis cluster', onCluster],
  ['PostgreSQL', onPostgres],
];

async function onMemory(): Promise<Counters> {
  const counter = new MemoryRequestCounter();
  return { pair: [counter, counter], close: async () => undefined };
}

async function onRedis(): Promise<Counters> {
  const stores = [await openRedisStore(), await openRedisStore()] as const;
  const [one, other] = stores;
  return {
    pair: [one.requestCounter, other.requestCounter],
    close: () => Promise.all(stores.map((store) => store.close())),
  };
}

async function onCluster(): Promise<Counters> {
  const cluster = await startCluster();
  const stores = [
    await openRedisStore(cluster.options),
    await openRedisStore(cluster.options),
  ] as const;
  const [one, other] = stores;
  return {
    pair: [one.requestCounter, other.requestCounter],
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
      await cluster.stop();
    },
  };
}

async function onPostgres(): Promise<Counters> {
  const url = await createSharedDatabase();
  const stores = [await openPostgresStore({}, url), await openPostgresStore({}, url)] as const;
  const [one, other] = stores;
  return {
    pair: [one.requestCounter, other.requestCounter],
    close: () => Promise.all(stores.map((store) => store.close())),
  };
}

function limit(policy: RateLimit['policy'], requests: number, windowSeconds = LONG_SECONDS) {
  return { policy, requests, windowSeconds } as const;
}

function anOwner(owner: Partial<Owner> = {}): Owner {
  return { tenantId: randomUUID(), userId: randomUUID(), ...owner };
}

describe.each(DRIVERS)('a counter of requests in %s', (_, open) => {
  let counters: Counters;

  beforeAll(async () => {
    counters = await open();
    // Opens all connections.
    await passed(anOwner(), [limit('user', 1)], 60);
  }, 60_000);
  afterAll(() => counters.close());

  /** How many of so many requests at once, over both processes, are within the limits. */
  async function passed(owner: Owner, limits: RateLimits, requests: number): Promise<number> {
    const uses = await Promise.all(
      Array.from({ length: requests }, (_, i) =>
        (counters.pair[i % 2] as RequestCounter).count(owner, limits),
      ),
    );
    return uses.filter((all) => !all.some(isExceeded)).length;
  }

  async function ask(owner: Owner, limits: RateLimits) {
    const uses = await counters.pair[0].count(owner, limits);
    return uses.map(({ limit: { policy }, before }) => [policy, before]);
  }

  it.each([['user'], ['tenant']] as const)(
    'lets exactly as many requests pass as the limit of the %s says, in each of three windows',
    async (policy) => {
      const owner = anOwner();
      const limits = [limit(policy, 20, 2)];
      for (let window = 0; window < 3; window++) {
        // All of them are sent well within the window that the first one begins.
        const begun = performance.now();
        const first = await counters.pair[1].count(owner, limits);
        expect(first).toEqual([{ limit: limits[0], before: 0, endsInMs: expect.any(Number) }]);
        const others = await passed(owner, limits, 60);
        expect([others, performance.now() - begun < 1_900]).toEqual([19, true]);
        const [use] = await counters.pair[0].count(owner, limits);
        expect(use?.before).toBeGreaterThanOrEqual(20);
        expect(use?.endsInMs).toBeLessThanOrEqual(2_000);
        // PostgreSQL counts in milliseconds, and asks its clock twice.
        await delay((use?.endsInMs ?? 0) + 5);
      }
    },
  );

  it('says how far each limit is used', async () => {
    const limits = [limit('user', 2), limit('tenant', 5, 30)];
    const owner = anOwner();
    const uses = await counters.pair[0].count(owner, limits);
    expect(uses.map(({ limit: of, before }) => [of, before])).toEqual([
      [limits[0], 0],
      [limits[1], 0],
    ]);
    for (const { limit: of, endsInMs } of uses) {
      expect(endsInMs).toBeGreaterThan(of.windowSeconds * 1_000 - 5_000);
      expect(endsInMs).toBeLessThanOrEqual(of.windowSeconds * 1_000);
    }
    expect(await ask(owner, limits)).toEqual([
      ['user', 1],
      ['tenant', 1],
    ]);
    expect(await ask(owner, limits)).toContainEqual(['user', 2]);
    const other = anOwner({ tenantId: owner.tenantId });
    expect(await ask(other, limits)).toEqual([
      ['user', 0],
      ['tenant', 2],
    ]);
  });

  it('binds the users of a tenant together, and no other tenant', async () => {
    const limits = [limit('tenant', 10)];
    const tenantId = randomUUID();
    const [a, b] = [anOwner({ tenantId }), anOwner({ tenantId })];
    const both = await Promise.all([passed(a, limits, 10), passed(b, limits, 10)]);
    expect(both[0] + both[1]).toBe(10);
    expect(await passed(anOwner(), limits, 12)).toBe(10);
  });

  it('counts what is over the limit of a user for nobody else', async () => {
    const limits = [limit('user', 3), limit('tenant', 10)];
    const tenantId = randomUUID();
    expect(await passed(anOwner({ tenantId }), limits, 50)).toBe(3);
    expect(await passed(anOwner({ tenantId }), limits, 50)).toBe(3);
    expect(await passed(anOwner({ tenantId }), limits, 50)).toBe(3);
    // One of the ten is left.
    const last = anOwner({ tenantId });
    expect(await ask(last, limits)).toContainEqual(['tenant', 9]);
    const [use] = (await counters.pair[1].count(last, limits)).filter(isExceeded);
    expect([use?.limit.policy, use?.before]).toEqual(['tenant', 10]);
  });

  it('counts nothing for a user while the limit of the tenant is used up', async () => {
    const user = limit('user', 3);
    const tenant = limit('tenant', 1);
    const owner = anOwner();
    expect(await passed(owner, [user, tenant], 1)).toBe(1);
    expect(await passed(owner, [user, tenant], 10)).toBe(0);
    expect(await passed(owner, [user, limit('tenant', 9)], 10)).toBe(2);
  });

  it('tells apart whose ids look alike', async () => {
    const limits = [limit('user', 1), limit('tenant', 2)];
    const like = randomUUID();
    const owners: Owner[] = [
      { tenantId: `${like}:a`, userId: 'b' },
      { tenantId: like, userId: 'a:b' },
      { tenantId: `${like}","a`, userId: 'b' },
      { tenantId: `${like}%3Aa`, userId: 'b' },
      { tenantId: `{${like}}`, userId: 'b' },
      { tenantId: `${like}:requests`, userId: String(LONG_SECONDS) },
      { tenantId: `${like} `, userId: 'requests' },
    ];
    for (const owner of owners) expect(await passed(owner, limits, 2)).toBe(1);
    for (const owner of owners) expect(await passed(owner, limits, 2)).toBe(0);
  });

  it('goes on with the count when another limit is set for the same window, and begins anew for another', async () => {
    const owner = anOwner();
    expect(await passed(owner, [limit('user', 5)], 8)).toBe(5);
    expect(await passed(owner, [limit('user', 2)], 1)).toBe(0);
    expect(await passed(owner, [limit('user', 9)], 8)).toBeGreaterThanOrEqual(3);
    expect(await passed(owner, [limit('user', 2, LONG_SECONDS - 1)], 3)).toBe(2);
  });

  it.each([['user'], ['tenant']] as const)(
    'a process with a lower limit of the %s gives nothing back to those with a higher one',
    async (policy) => {
      const owner = anOwner();
      expect(await passed(owner, [limit(policy, 20)], 20)).toBe(20);
      expect(await passed(owner, [limit(policy, 2)], 3)).toBe(0);
      expect(await passed(owner, [limit(policy, 20)], 3)).toBe(0);
    },
  );
});

describe('the counts in Redis', () => {
  it('have a deadline each, under the prefix of the service, and lie in one slot', async () => {
    const server = await RedisServer.start();
    const topology = { mode: 'standalone', node: { host: '127.0.0.1', port: server.port }, db: 0 };
    const store = await openRedisStore(
      redisOptions({ topology: topology as never, keyPrefix: 'x:' }),
    );
    const redis = new Redis(server.port);
    try {
      const owner = { tenantId: 'contoso', userId: 'alice' };
      const limits = [limit('user', 5, 60), limit('tenant', 9, 10)];
      for (let i = 0; i < 7; i++) await store.requestCounter.count(owner, limits);
      const keys = (await redis.keys('*')).sort();
      expect(keys.map((key) => key.replace(/\{p\d+\}/, '{p}'))).toEqual([
        'x:{p}:contoso::requests:10',
        'x:{p}:contoso:alice:requests:60',
      ]);
      expect(new Set(keys.map((key) => /\{p\d+\}/.exec(key)?.[0])).size).toBe(1);
      expect(await redis.mget(keys)).toEqual(['5', '5']);
      for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
    } finally {
      redis.disconnect();
      await store.close();
      await server.stop();
    }
  });
});

describe.each([
  ['a user', [limit('user', 2, 30)]],
  ['a tenant', [limit('tenant', 2, 30)]],
  ['both', [limit('user', 2, 30), limit('tenant', 3, 30)]],
])('a clock of the server that is set back, with a limit of %s', (_, limits) => {
  /** Uses the limits up, before and after the clock goes back. */
  async function expectShortWindows(
    counter: RequestCounter,
    owner: Owner,
    setBack: () => Promise<unknown>,
  ): Promise<void> {
    const other = anOwner({ tenantId: owner.tenantId });
    const use = async (user: Owner) => {
      const uses = await counter.count(user, limits);
      for (const { endsInMs } of uses) expect(endsInMs).toBeLessThanOrEqual(30_000);
      return uses.some(isExceeded);
    };
    for (const user of [owner, other, owner, other, owner]) await use(user);
    await setBack();
    // The counts go on.
    for (const user of [owner, other, owner]) expect(await use(user)).toBe(true);
  }

  it('lengthens no window beyond its seconds in Redis', async () => {
    const store = await openRedisStore();
    const redis = new Redis(sharedRedisPort());
    const owner = anOwner();
    const counts = new RedisKeys('cs:').requestCounts(owner, limits);
    try {
      await expectShortWindows(store.requestCounter, owner, async () => {
        for (const key of counts) await redis.pexpire(key, 3_600_000);
      });
      for (const key of counts) expect(await redis.pttl(key)).toBeLessThanOrEqual(30_000);
    } finally {
      redis.disconnect();
      await store.close();
    }
  });

  it('lengthens no window beyond its seconds in PostgreSQL', async () => {
    const url = await createSharedDatabase();
    const store = await openPostgresStore({}, url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await expectShortWindows(store.requestCounter, anOwner(), () =>
        client.query(`UPDATE request_counts SET ends_at = ends_at + interval '1 hour'`),
      );
      const { rows } = await client.query(
        `SELECT * FROM request_counts WHERE ends_at > clock_timestamp() + interval '30 seconds'`,
      );
      expect(rows).toEqual([]);
    } finally {
      await client.end();
      await store.close();
    }
  });
});

describe('the counts in PostgreSQL', () => {
  it('are written to no disk, and purged when their window has ended', async () => {
    const url = await createSharedDatabase();
    await (await openPostgresStore({}, url)).close();
    const { store, connection } = await openHeldStore(url, {}, async () => undefined);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const ended = [limit('user', 5, 1), limit('tenant', 5, 1)];
      await store.requestCounter.count(anOwner(), ended);
      await store.requestCounter.count(anOwner(), [limit('user', 5)]);
      await client.query(
        `UPDATE request_counts SET ends_at = now() - interval '2 minutes' WHERE window_seconds = 1`,
      );
      await new PostgresPurge(connection, postgresOptions(url)).purge();
      const { rows } = await client.query('SELECT window_seconds, requests FROM request_counts');
      expect(rows).toEqual([{ window_seconds: LONG_SECONDS, requests: 1 }]);
      const kind = await client.query(
        `SELECT relpersistence FROM pg_class WHERE relname = 'request_counts'`,
      );
      expect(kind.rows).toEqual([{ relpersistence: 'u' }]);
    } finally {
      await client.end();
      await store.close();
    }
  });
});

describe('the counts in memory', () => {
  it('are forgotten when their windows have ended', async () => {
    let now = 0;
    const counter = new MemoryRequestCounter(() => now);
    for (let second = 0; second < 20; second++) {
      now = second * 1_000;
      for (let i = 0; i < 500; i++) await counter.count(anOwner(), [limit('user', 5, 1)]);
    }
    expect(counter.size).toBeLessThan(2_500);
  });
});
