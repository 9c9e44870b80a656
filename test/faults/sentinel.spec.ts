import { randomUUID } from 'node:crypto';
import { describe, it } from '@jest/globals';
import { startSentinel } from '../support/redis-topologies.js';
import { runUnderFault } from './fault-run.js';
import { FAULT_TEST_MS } from './nemesis.js';
import { sentinelFailover, WatchedPair } from './sentinel-nemeses.js';
import { ServicePair } from './service-pair.js';
import { textsInRedis } from './stored-texts.js';
import { environmentOf } from './topology-environment.js';
import type { StoredTexts } from './verdict.js';

const TIMEOUT_MS = 1_500;

describe('a primary that dies under Sentinel', () => {
  it(
    'is replaced, and nothing that was acknowledged is lost',
    async () => {
      const topology = await startSentinel();
      const watched = new WatchedPair(topology);
      await watched.beQuick();
      const pair = await ServicePair.start({
        ...environmentOf(topology),
        REDIS_TIMEOUT: String(TIMEOUT_MS),
        REDIS_WAIT_REPLICAS: '1',
      });
      try {
        const users = Array.from({ length: 3 }, () => ({ tid: randomUUID(), sub: 'u' }));
        const texts = async (): Promise<StoredTexts> =>
          textsInRedis([(await watched.primary()).port]);
        const scene = { pair, users, timeoutMs: TIMEOUT_MS, texts };
        await runUnderFault(scene, sentinelFailover(watched));
      } finally {
        watched.close();
        await pair.stop();
        await topology.stop();
      }
    },
    FAULT_TEST_MS,
  );
});
