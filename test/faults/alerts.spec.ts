import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALERT_RULES } from '../support/alert-rules.js';
import { AlertScene } from '../support/alert-scene.js';
import { CONVERSATIONS } from '../support/api-client.js';
import { DASHBOARD_QUERIES } from '../support/dashboard.js';
import { MetricSamples } from '../support/metric-samples.js';
import { until } from '../support/redis-server.js';

/** Their causes take too long for a test: alert-rules.spec.ts fires them with series of the same names. */
const WITHOUT_CAUSE = [
  'ConversationStorePostgresOldTransaction',
  'ConversationStorePostgresConnections',
];

function metricNamesIn(query: string): string[] {
  return Array.from(
    query.matchAll(/\b(?:conversation_store|process|nodejs)_\w+|\bup\b/g),
    ([n]) => n,
  );
}

let scene: AlertScene;
const fired = new Set<string>();

async function fires(name: string, work?: () => Promise<unknown>): Promise<string> {
  const summary = await scene.fires(name, work);
  fired.add(name);
  return summary;
}

beforeAll(async () => {
  scene = await AlertScene.start();
  await scene.use();
});
afterAll(() => scene.stop());

describe('Prometheus, which scrapes the service', () => {
  it('has every metric that the dashboard and the alerts ask for', async () => {
    const wanted = [
      ...DASHBOARD_QUERIES.map(([, query]) => query),
      ...ALERT_RULES.map(({ expr }) => expr),
    ];
    const names = new Set(wanted.flatMap(metricNamesIn));
    expect(names.size).toBeGreaterThan(50);
    const missing = async (): Promise<string[]> => {
      const known = await scene.prometheus.metricNames();
      return [...names].filter((name) => !known.has(name));
    };
    await until(async () => (await missing()).length === 0, 15_000).catch(() => undefined);
    expect(await missing()).toEqual([]);
  });

  it('answers every query of the dashboard, and of the alerts', async () => {
    for (const { expr } of ALERT_RULES) await scene.prometheus.query(expr);
    // What has not happened yet.
    const expected = ['Errors', 'Failed operations', 'annotation'];
    const empty = async (): Promise<string[]> => {
      await scene.create();
      const titles: string[] = [];
      for (const [title, query] of DASHBOARD_QUERIES) {
        if (expected.includes(title)) continue;
        if ((await scene.prometheus.query(query)).length === 0) titles.push(title);
      }
      return titles;
    };
    await until(async () => (await empty()).length === 0, 15_000).catch(() => undefined);
    expect(await empty()).toEqual([]);
  });

  it('sees nothing critical in a service that works', async () => {
    const firing = [...(await scene.prometheus.firing()).values()];
    expect(firing.filter(({ labels }) => labels['severity'] === 'critical')).toEqual([]);
  });
});

describe('an alert fires', () => {
  /** On a process of its own: it goes on beside the other tests. */
  let ofMemory: Promise<void>;
  beforeAll(() => {
    ofMemory = fireAlertsOfMemory();
    // The last test awaits it.
    ofMemory.catch(() => undefined);
  });

  it('when an orchestrator fails, or leaves failures behind', async () => {
    const id = await scene.create();
    await fires('ConversationStoreTurnsFailing', () =>
      scene.turn(scene.client, id, ['throw', 'x']),
    );
    await fires('ConversationStoreStrayFailures', () =>
      scene.turn(scene.client, id, ['stray', 'x']),
    );
  });

  it('when requests wait for a connection to PostgreSQL', async () => {
    const client = scene.postgres.client();
    const id = await scene.create(client);
    const lock = await scene.servers.postgres.hold('LOCK TABLE conversations');
    const reads = Array.from({ length: 4 }, () => client.get(`${CONVERSATIONS}/${id}`));
    await fires('ConversationStorePoolExhausted');
    await lock.release();
    await Promise.all(reads);
  });

  it('when requests are slow, or are refused', async () => {
    const id = await scene.create();
    const pause = (): Promise<unknown> => scene.admin.call('CLIENT', 'PAUSE', '1500', 'ALL');
    const read = () => scene.client.get(`${CONVERSATIONS}/${id}`);
    await pause();
    await fires('ConversationStoreSlow', () => Promise.all([read(), pause()]));
    await scene.admin.call('CLIENT', 'UNPAUSE');
    const summary = await fires('ConversationStoreRefusing', async () => {
      void pause();
      await Promise.all(Array.from({ length: 60 }, read));
    });
    expect(summary).toMatch(/requests a second are refused at the bound slots\.$/);
    await scene.admin.call('CLIENT', 'UNPAUSE');
  });

  it('when PostgreSQL is away: nothing is saved', async () => {
    const damaged = await scene.create();
    await scene.client.post(`${CONVERSATIONS}/flush`, undefined);
    await scene.servers.postgres.kill();
    await fires('ConversationStorePostgresAway');
    const body = { messages: [{ content: 'lost' }] };
    const appended = await scene.client.post(`${CONVERSATIONS}/${damaged}/messages`, body);
    expect(appended.status).toBe(201);
    const [messages = ''] = await scene.admin.keys(`*${damaged}:messages`);
    await scene.admin.rpop(messages);
    const old = await scene.create();
    // It has been unsaved for ten minutes.
    await unsavedSince(old, Date.now() - 600_000);
    for (let i = 0; i < 1_000; i += 20) {
      await Promise.all(Array.from({ length: 20 }, () => scene.create()));
    }
    await fires('ConversationStoreFlushFailing');
    expect(await fires('ConversationStoreOldDirt')).toMatch(/unsaved in PostgreSQL for 10m/);
    expect(await fires('ConversationStoreDirtNearBound')).toMatch(/^[\d.]+% of/);
    await fires('ConversationStoreWritesRefused');
    await scene.servers.postgres.run();
    expect(await fires('ConversationStoreQuarantined')).toMatch(/^1 conversations/);
  });

  it('when the memory of Redis is full, or Redis may delete what it holds', async () => {
    const used = /used_memory:(\d+)/.exec(await scene.admin.info('memory'))?.[1];
    await scene.admin.config('SET', 'maxmemory', String(Math.ceil(Number(used) * 1.1)));
    expect(await fires('ConversationStoreRedisMemory')).toMatch(
      /\(primary 0\) is 9\d(\.\d+)?% full/,
    );
    await scene.admin.config('SET', 'maxmemory-policy', 'allkeys-random');
    await fires('ConversationStoreRedisPolicy');
    let i = 0;
    await fires('ConversationStoreRedisEvicted', () =>
      scene.admin.set(`filler:${i++}`, 'x'.repeat(100_000)),
    );
    await scene.admin.config('SET', 'maxmemory', '0');
    await scene.admin.config('SET', 'maxmemory-policy', 'noeviction');
  });

  it('when Redis is away: requests fail, and turns are lost', async () => {
    let id = '';
    await until(() =>
      scene.create().then(
        (created) => (id = created) !== '',
        () => false,
      ),
    );
    void scene.turn(scene.client, id, ['untilAborted']).catch(() => undefined);
    await until(async () => {
      const samples = await MetricSamples.of(scene.tiered.url);
      return samples.value('slots_in_use', { bound: 'running-turns' }) === 1;
    });
    await scene.servers.redis.kill();
    await fires('ConversationStoreRedisAway');
    await fires('ConversationStoreErrors', () => scene.create());
    await fires('ConversationStoreTurnsLost');
  });

  it('when a process has no memory left, is blocked, away, or restarts again and again', () =>
    ofMemory);

  it('in one of these tests, whichever alert it is', () => {
    const all = ALERT_RULES.map(({ alert }) => alert).filter(
      (name) => !WITHOUT_CAUSE.includes(name),
    );
    expect([...fired].sort()).toEqual(all.sort());
  });
});

async function fireAlertsOfMemory(): Promise<void> {
  const client = scene.memory.client();
  await fires('ConversationStoreMemoryEvictions', () => scene.create(client, 'x'.repeat(60_000)));
  await fires('ConversationStoreEventLoopBlocked', async () => {
    scene.memory.freeze();
    await delay(250);
    scene.memory.thaw();
    await delay(20);
  });
  await scene.memory.stop('SIGKILL');
  await fires('ConversationStoreDown');
  await fires('ConversationStoreRestarting', async () => {
    await scene.restartMemory();
    await delay(1_100);
  });
}

async function unsavedSince(id: string, ms: number): Promise<void> {
  for (const hotKey of await scene.admin.keys('*:hot')) {
    for (const member of await scene.admin.zrange(hotKey, 0, -1)) {
      if (member.endsWith(id)) await scene.admin.zadd(hotKey, ms, member);
    }
  }
}
