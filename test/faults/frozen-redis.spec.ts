import { setTimeout as letLoadRun } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { CONVERSATIONS } from '../support/api-client.js';
import { RedisServer, until } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { record, isMeasured } from './fault-results.js';
import { FAULT_TEST_MS } from './nemesis.js';
import { PacedLoad, quantile, type PacedRequest } from './paced-load.js';
import { ProcessMemory } from './process-memory.js';

/** Requests that need no Redis: what the machine takes for any answer, whoever else is busy on it. */
const CONTROLS_PER_SECOND = 10;

/** With room to spare, V8 lets garbage lie for a minute, in an outage or not. */
const SMALL_HEAP = '--max-old-space-size=64 --max-semi-space-size=4';

/**
 * Measured, a request may wait for as long as the default of REDIS_TIMEOUT. Otherwise it may wait for
 * longer than the test: what is answered while Redis is frozen has not waited for Redis.
 */
const TIMEOUT_MS = isMeasured() ? 5_000 : 60_000;

const PER_SECOND = isMeasured() ? 150 : 40;

/** Milliseconds that Redis stays frozen: at least until the service has noticed and refused some requests. */
const OUTAGES_MS = isMeasured() ? [3_500, 7_000, 9_000, 12_000, 60_000] : [0];

describe('a Redis that is frozen under load', () => {
  it.each(OUTAGES_MS)(
    'is noticed, refused at once, waited for by nobody and found again, after %i ms',
    async (outageMs) => {
      const redis = await RedisServer.start();
      const service = await ServiceProcess.start({
        REDIS_URL: redis.url,
        REDIS_TIMEOUT: String(TIMEOUT_MS),
        NODE_OPTIONS: SMALL_HEAP,
      });
      const memory = new ProcessMemory(service.pid);
      const clients = Array.from({ length: 10 }, () => service.client());
      const load = new PacedLoad(
        clients,
        (client, n) =>
          n % 2 ? client.get(CONVERSATIONS) : client.post(CONVERSATIONS, { title: `${n}` }),
        PER_SECOND,
      );
      const controls = new PacedLoad(
        [service.client()],
        (client) => client.get('/health/live'),
        CONTROLS_PER_SECOND,
      );
      try {
        await until(() => load.requests.length > PER_SECOND);
        const frozenAt = performance.now();
        redis.freeze();
        await until(() => service.output.includes('does not answer'));
        const noticedAt = performance.now();
        if (isMeasured()) await letLoadRun(Math.max(1_000, outageMs - (noticedAt - frozenAt)));
        await until(() => load.between(noticedAt, Infinity).length > 20);
        const thawedAt = performance.now();
        redis.thaw();
        const isServed = (): boolean =>
          load.between(thawedAt, Infinity).some(({ status }) => status < 300);
        await until(isServed);
        if (isMeasured()) await letLoadRun(500);
        await load.stop();

        const isOver = ({ startedAt, ms }: PacedRequest): boolean => startedAt + ms < thawedAt;
        const refused = load.between(noticedAt, thawedAt).filter(isOver);
        const waits = refused.map(({ ms }) => ms);
        const controlWaits = controls.between(noticedAt, thawedAt).map(({ ms }) => ms);
        const controlMs = quantile(controlWaits, 0.99);
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

        expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
        if (!isMeasured()) return;
        const seconds = (thawedAt - noticedAt) / 1_000;
        expect(refused.length).toBeGreaterThan(seconds * PER_SECOND * 0.8);
        expect(quantile(waits, 0.99)).toBeLessThan(Math.max(50, 2 * controlMs));
        expect(slowestMs).toBeLessThan(TIMEOUT_MS + 250);
        expect(backMs).toBeLessThan(2_000);
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
