import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PodTimes } from '../kubernetes/pod-times.js';
import { RestLoad } from '../kubernetes/rest-load.js';
import { ServiceCluster } from '../kubernetes/service-cluster.js';
import { FollowedTurn } from '../kubernetes/followed-turn.js';
import { EVENT_MS, TurnLoad, type LoadTurn } from '../kubernetes/turn-load.js';
import { ApiClient } from '../support/api-client.js';
import { PostgresServer } from '../support/postgres-server.js';
import { RedisServer, until } from '../support/redis-server.js';
import { aConversation, openTurn, script, turnsOf } from '../support/turns.js';
import { isMeasured, record } from './fault-results.js';
import { FAULT_TEST_MS } from './nemesis.js';

/** Alone, the tests wait as a cluster does. Among all tests, a second of the manifests is shorter. */
const TIMES = new PodTimes(isMeasured() ? 1_000 : 150);
/** As long as a turn takes: it ends within the drain of a pod that got it just before the end of the lag. */
const TURN_SECONDS = 5;
/** Longer than the readiness probe takes to give a pod up. */
const OUTAGE_SECONDS = 5 + TIMES.readiness.periodSeconds * TIMES.readiness.failureThreshold;
const LEASE_MS = 3_000;

const DRIVERS = process.env['TRY']
  ? (['tiered'] as const)
  : isMeasured()
    ? (['redis', 'tiered'] as const)
    : (['redis'] as const);

describe.each(DRIVERS)('three pods of a Deployment on %s', (driver) => {
  let redis: RedisServer;
  let postgres: PostgresServer | undefined;
  let cluster: ServiceCluster;
  let load: RestLoad;
  let turns: TurnLoad;

  beforeAll(async () => {
    redis = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always');
    if (driver === 'tiered') postgres = await PostgresServer.start();
    const environment = {
      REDIS_URL: redis.url,
      ...(postgres && { DATABASE_URL: postgres.url }),
      TURN_LEASE_MS: String(LEASE_MS),
      TURN_WAIT_MS: '60000',
      TURN_TIMEOUT_MS: '300000',
    };
    cluster = await ServiceCluster.start(environment, TIMES);
  }, FAULT_TEST_MS);
  afterAll(async () => {
    await cluster.stop();
    redis.thaw();
    await redis.stop();
    await postgres?.stop();
  });

  beforeEach(async () => {
    load = new RestLoad(cluster.proxy);
    turns = new TurnLoad(cluster.proxy, TIMES.ms(TURN_SECONDS));
    await until(() => load.answers.length > 100 && turns.turns.length > 0);
  });
  afterEach(() => Promise.all([load.stop(), turns.stop()]));

  function report(event: string, startedAt: number): void {
    record('kubernetes', {
      event: `${event}, ${driver}`,
      seconds: Math.round((performance.now() - startedAt) / 100) / 10,
      requests: load.answers.length,
      refused: load.refusals.length,
      failed: load.failures.length,
      reconnected: load.reconnects,
      turns: turns.turns.length,
      streams: turns.views.length,
      resumed: turns.views.reduce((sum, { resumes }) => sum + resumes, 0),
    });
  }

  it(
    'are all replaced under load: no request fails, and every stream is whole',
    async () => {
      const startedAt = performance.now();
      const old = [...cluster.pods];
      const [first] = old;
      const long = await LongTurn.begin(await cluster.replace(first as (typeof old)[0]), cluster);
      for (const pod of old.slice(1)) await cluster.replace(pod);
      const views = await long.end();
      await Promise.all([load.stop(), turns.stop()]);
      report('rolling restart', startedAt);

      expect(cluster.proxy.refusals).toBe(0);
      expect(load.failures).toEqual([]);
      expect(load.refusals).toEqual([]);
      expect(turns.reopened).toBe(0);
      expect(await load.isWhole()).toBe(true);
      expect(
        turns.views.filter(({ isWhole, lastType }) => !isWhole || lastType !== 'finish'),
      ).toEqual([]);
      // The pods of some have gone, and theirs has not: they resumed elsewhere.
      expect(views.some(({ resumes }) => resumes > 0)).toBe(true);
      for (const view of views) expect(view.events).toEqual(views[0]?.events);
      expect(views[0]).toMatchObject({ isWhole: true, lastType: 'abort' });
      expect(cluster.ends.map(({ code }) => code)).toEqual([0, 0, 0]);
      for (const { ms } of cluster.ends) expect(ms).toBeGreaterThanOrEqual(TIMES.drainMs);
      expect(cluster.pods.map(({ restarts }) => restarts)).toEqual([0, 0, 0]);
    },
    FAULT_TEST_MS,
  );

  it(
    'lose one by SIGKILL: only what it was working on fails, and every stream goes on or says that its turn is lost',
    async () => {
      const startedAt = performance.now();
      const [killed] = cluster.pods;
      if (!killed) throw new Error('There is no pod.');
      await cluster.crash(killed);
      const before = turns.turns.length;
      await until(() => turns.turns.length > before + 12);
      await Promise.all([load.stop(), turns.stop()]);
      report('SIGKILL of a pod', startedAt);

      expect(load.failures.filter(({ pod }) => pod !== killed.port)).toEqual([]);
      expect(load.refusals).toEqual([]);
      expect(await load.isWhole()).toBe(true);
      const isLost = ({ views }: LoadTurn): boolean =>
        views.some(({ lastType }) => lastType === 'error');
      expect(turns.turns.filter((turn) => isLost(turn) && turn.pod !== killed.port)).toEqual([]);
      expect(turns.views.filter(({ isWhole }) => !isWhole)).toEqual([]);
      const ends = new Set(turns.views.map(({ lastType }) => lastType));
      expect([...ends].filter((end) => end !== 'finish' && end !== 'error')).toEqual([]);
    },
    FAULT_TEST_MS,
  );

  // On tiered, PostgreSQL serves meanwhile, and the pods stay ready: test/faults/tiered-outage.spec.ts.
  (driver === 'redis' ? it : it.skip).each(['freezes', 'is killed'])(
    'live on while Redis %s: nobody restarts them, they are not ready, and come back',
    async (how) => {
      const startedAt = performance.now();
      if (how === 'freezes') redis.freeze();
      else await redis.kill();
      await until(() => cluster.pods.every(({ isReady }) => !isReady));
      const answers = await Promise.all(
        cluster.pods.map(({ process }) => process.client().post('/api/v1/conversations', {})),
      );
      await until(() => cluster.proxy.endpoints.length === 0);
      const outageMs = TIMES.ms(OUTAGE_SECONDS);
      await until(() => performance.now() - startedAt > outageMs);
      if (how === 'freezes') redis.thaw();
      else await redis.run();
      await until(() => cluster.proxy.endpoints.length === 3);
      const served = load.answers.length;
      await until(() => load.answers.length > served + 100);
      await Promise.all([load.stop(), turns.stop()]);
      report(`Redis ${how}`, startedAt);

      expect(cluster.pods.map(({ restarts }) => restarts)).toEqual([0, 0, 0]);
      for (const { status, headers } of answers) {
        expect([status, Number(headers.get('retry-after')) > 0]).toEqual([503, true]);
      }
      expect(load.failures).toEqual([]);
      for (const { status, retryAfter } of load.refusals) {
        expect([status, retryAfter > 0]).toEqual([503, true]);
      }
      expect(await load.isWhole()).toBe(true);
      expect(turns.views.filter(({ isWhole }) => !isWhole)).toEqual([]);
    },
    FAULT_TEST_MS,
  );
});

/** A turn of one pod that goes on until it is ended, and clients that follow it from other pods. */
class LongTurn {
  private constructor(
    private readonly client: ApiClient,
    private readonly path: string,
    private readonly views: Promise<readonly FollowedTurn[]>,
  ) {}

  static async begin(
    { process }: { process: { url: string } },
    { proxy }: ServiceCluster,
  ): Promise<LongTurn> {
    const client = ApiClient.for(proxy.url);
    const id = await aConversation(client);
    const steps = script(['count', { to: 1_000_000, everyMs: EVENT_MS }]);
    const { turnId } = await openTurn(new ApiClient(process.url, client.token), id, steps);
    const views = Array.from({ length: 9 }, () => new FollowedTurn(client, id, turnId).follow());
    return new LongTurn(client, `${turnsOf(id)}/${turnId}`, Promise.all(views));
  }

  /** Cancels it, and waits until all who follow it have seen that. */
  async end(): Promise<readonly FollowedTurn[]> {
    await this.client.post(`${this.path}/cancel`, undefined);
    return this.views;
  }
}
