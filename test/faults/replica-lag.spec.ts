import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { RedisServer } from '../support/redis-server.js';
import type { TestTopology } from '../support/redis-topologies.js';
import { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import { isMeasured, recordResult } from './fault-results.js';
import { runUnderFault, strikeUnderLoad } from './fault-run.js';
import type { FaultScene } from './fault-scene.js';
import { FAULT_TEST_MS } from './nemesis.js';
import { failOverWhileReplicaLags, WatchedPair } from './sentinel-nemeses.js';
import { ServicePair } from './service-pair.js';
import { textsInRedis } from './stored-texts.js';
import { environmentOf } from './topology-environment.js';
import type { StoredTexts } from './verdict.js';

const TIMEOUT_MS = 1_500;

/** Without waiting for replicas Redis promises nothing here: what is lost is measured, not judged. */
const WAIT_REPLICAS = isMeasured() ? [1, 0] : [1];

interface LaggingPair extends Pick<TestTopology, 'servers' | 'options' | 'stop'> {
  /** Between the primary and its replica. */
  readonly link: TcpFaultProxy;
}

describe('a primary that dies when its replica lags behind', () => {
  it.each(WAIT_REPLICAS)(
    'loses nothing that REDIS_WAIT_REPLICAS=%i promised',
    async (waitReplicas) => {
      const topology = await startLaggingPair();
      const watched = new WatchedPair(topology);
      // Soon after a short one, the sentinel would lead the replica around the proxy.
      await watched.beQuick({ failoverTimeoutMs: 60_000 });
      const pair = await ServicePair.start({
        ...environmentOf(topology),
        REDIS_TIMEOUT: String(TIMEOUT_MS),
        REDIS_WAIT_REPLICAS: String(waitReplicas),
      });
      const users = Array.from({ length: 3 }, () => ({ tid: randomUUID(), sub: 'u' }));
      const texts = async (): Promise<StoredTexts> =>
        textsInRedis([(await watched.primary()).port]);
      const scene: FaultScene = { pair, users, timeoutMs: TIMEOUT_MS, texts };
      const nemesis = failOverWhileReplicaLags(watched, topology.link, waitReplicas);
      try {
        if (waitReplicas > 0) {
          const { unknown } = await runUnderFault(scene, nemesis);
          expect(unknown).toBeGreaterThan(0);
        } else {
          const { result } = await strikeUnderLoad(scene, nemesis);
          recordResult(result);
        }
      } finally {
        watched.close();
        await pair.stop();
        await topology.stop();
      }
    },
    FAULT_TEST_MS,
  );
});

async function startLaggingPair(): Promise<LaggingPair> {
  const primary = await RedisServer.start();
  const link = await TcpFaultProxy.start(primary.port);
  const replica = await RedisServer.start('--replicaof', '127.0.0.1', String(link.port));
  const sentinel = await RedisServer.startWith({
    directives: [`sentinel monitor main 127.0.0.1 ${primary.port} 1`],
    args: ['--sentinel'],
  });
  return {
    link,
    servers: [primary, replica, sentinel],
    options: {
      topology: {
        mode: 'sentinel',
        nodes: [{ host: '127.0.0.1', port: sentinel.port }],
        primary: 'main',
      },
    },
    stop: async () => {
      await link.stop();
      await Promise.all([sentinel, replica, primary].map((server) => server.stop()));
    },
  };
}
