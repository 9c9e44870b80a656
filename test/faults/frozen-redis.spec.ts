import { setTimeout as letLoadRun } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { CONVERSATIONS } from '../support/api-client.js';
import { RedisServer, until } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { record, isMeasured } from './fault-results.js';
import { FAULT_TEST_MS } from './nemesis.js';
import { PacedLoad, quantile, type PacedRequest } from './paced-load.js';
import { ProcessMemory } from './process-memory.js';

/** The default of REDIS_TIMEOUT. */
const TIMEOUT_MS = 5_000;

/** Requests that need no Redis: what the machine takes for any answer, whoever else is busy on it. */
const CONTROLS_PER_SECOND = 10;

/** With room to spare, V8 lets garbage lie for a minute, in an outage or not. */
const SMALL_HEAP = '--max-old-space-size=64 --max-semi-space-size=4';

/**
 * Alone on its machine the service is held to what it promises; among other tests, to bounds that a
 * service without a heartbeat would still miss.
 */
const BOUNDS = isMeasured()
  ? { share: 0.99, refusalMs: 50, backMs: 2_000, lateMs: 250, perSecond: 150, rate: 0.8 }
  : { share: 0.9, refusalMs: 1_000, backMs: 8_000, lateMs: 10_000, perSecond: 40, rate: 0 };

/** How long Redis stays frozen: a moment beyond the heartbeat's patience, beyond a timeout, a minute. */
const OUTAGES_MS = isMeasured() ? [3_500, 7_000, 9_000, 12_000, 60_000] : [3_500];

describe('a Redis that is frozen under load', () => {
  it.each(OUTAGES_MS)(
    'is noticed, refused at once, waited for by nobody and found again, after %i ms',
    async (outageMs) => {
      const redis = await RedisServer.start();
      const service = await ServiceProcess.start({
        REDIS_URL: redis.url,
        NODE_OPTIONS: SMALL_HEAP,
      });
      const memory = new ProcessMemory(service.pid);
      const clients = Array.from({ length: 10 }, () => service.client());
      const load = new PacedLoad(
        clients,
        (client, n) =>
          n % 2 ? client.get(CONVERSATIONS) : client.post(CONVERSATIONS, { title: `${n}` }),
        BOUNDS.perSecond,
      );
      const controls = new PacedLoad(
        [service.client()],
        (client) => client.get('/health/live'),
        CONTROLS_PER_SECOND,
      );
      try {
        await until(() => load.requests.length > BOUNDS.perSecond);
        const frozenAt = performance.now();
        redis.freeze();
        await until(() => service.output.includes('does not answer'));
        const noticedAt = performance.now();
        await letLoadRun(Math.max(1_000, outageMs - (noticedAt - frozenAt)));
        await until(() => load.between(noticedAt, Infinity).length > 20, 20_000);
        const thawedAt = performance.now();
        redis.thaw();
        const isServed = (): boolean =>
          load.between(thawedAt, Infinity).some(({ status }) => status < 300);
        await until(isServed);
        await letLoadRun(500);
        await load.stop();

        const isOver = ({ startedAt, ms }: PacedRequest): boolean => startedAt + ms < thawedAt;
        const refused = load.between(noticedAt, thawedAt).filter(isOver);
        const waits = refused.map(({ ms }) => ms);
        const controlWaits = controls.between(noticedAt, thawedAt).map(({ ms }) => ms);
        const controlMs = quantile(controlWaits, BOUNDS.share);
        const served = load.between(thawedAt, Infinity).filter(({ status }) => status < 300);
        const backMs = Math.min(...served.map(({ startedAt, ms }) => startedAt + ms)) - thawedAt;
        const slowestMs = Math.max(...load.requests.map(({ ms }) => ms));
        const third = (thawedAt - noticedAt) / 3;
        const firstMb = memory.median(noticedAt, noticedAt + third);
        const lastMb = memory.median(thawedAt - third, thawedAt);
        record('frozen Redis', {
          outageMs,
          noticedMs: Math.round(noticedAt - frozenAt),
          requests: refused.length,
          'p50 ms': Math.round(quantile(waits, 0.5) * 10) / 10,
          'p99 ms': Math.round(quantile(waits, 0.99) * 10) / 10,
          'max ms': Math.round(Math.max(...waits)),
          'p99 without Redis': Math.round(controlMs * 10) / 10,
          backMs: Math.round(backMs),
          slowestMs: Math.round(slowestMs),
          firstMb: Math.round(firstMb),
          lastMb: Math.round(lastMb),
        });

        expect(refused.length).toBeGreaterThan(
          ((thawedAt - noticedAt) / 1_000) * BOUNDS.perSecond * BOUNDS.rate,
        );
        expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
        expect(quantile(waits, BOUNDS.share)).toBeLessThan(
          Math.max(BOUNDS.refusalMs, 2 * controlMs),
        );
        expect(slowestMs).toBeLessThan(TIMEOUT_MS + BOUNDS.lateMs);
        expect(backMs).toBeLessThan(BOUNDS.backMs);
        if (outageMs >= 10_000) expect(lastMb).toBeLessThan(firstMb * 1.1 + 5);
      } finally {
        await Promise.all([load.stop(), controls.stop()]);
        memory.stop();
        await service.stop();
        await redis.stop();
      }
    },
    FAULT_TEST_MS + Math.max(...OUTAGES_MS),
  );
});
