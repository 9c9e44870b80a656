import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { until } from '../support/redis-server.js';
import { startCluster, type TestTopology } from '../support/redis-topologies.js';
import { failOver, losePrimary, moveSlots } from './cluster-nemeses.js';
import { ClusterNodes, slotOfUser } from './cluster-nodes.js';
import { runUnderFault } from './fault-run.js';
import type { FaultScene } from './fault-scene.js';
import type { FaultUser } from './ledger.js';
import { FAULT_TEST_MS } from './nemesis.js';
import { configure, infoField, withRedis } from './server-questions.js';
import { ServicePair } from './service-pair.js';
import { textsInRedis } from './stored-texts.js';
import { environmentOf } from './topology-environment.js';
import type { StoredTexts } from './verdict.js';

const TIMEOUT_MS = 1_500;

let topology: TestTopology;
let nodes: ClusterNodes;
let pair: ServicePair | undefined;

async function startPair(waitReplicas: number): Promise<void> {
  nodes = new ClusterNodes(topology);
  await nodes.beQuick();
  pair = await ServicePair.start({
    ...environmentOf(topology),
    REDIS_TIMEOUT: String(TIMEOUT_MS),
    REDIS_WAIT_REPLICAS: String(waitReplicas),
  });
}

afterAll(async () => {
  await pair?.stop();
  await topology.stop();
});

function scene(users: readonly FaultUser[]): FaultScene {
  const texts = async (): Promise<StoredTexts> =>
    textsInRedis((await nodes.primaries()).map(({ port }) => port));
  return { pair: pair as ServicePair, users, timeoutMs: TIMEOUT_MS, texts };
}

/** A user on each of the three primaries, the slots being as they are at the start. */
function usersOnAll(): [FaultUser, FaultUser, FaultUser] {
  return [0, 1, 2].map((third) => {
    for (;;) {
      const user = { tid: randomUUID(), sub: 'u' };
      if (Math.floor((slotOfUser(user) * 3) / 16_384) === third) return user;
    }
  }) as [FaultUser, FaultUser, FaultUser];
}

describe('a cluster of three primaries', () => {
  beforeAll(async () => {
    topology = await startCluster();
    for (const server of topology.servers) {
      await configure(server, { appendonly: 'yes', appendfsync: 'always' });
      await withRedis(server, (redis) => redis.config('REWRITE'));
      await until(
        async () =>
          (await infoField(server, 'persistence', 'aof_rewrite_in_progress')) === '0' &&
          (await infoField(server, 'persistence', 'aof_last_bgrewrite_status')) === 'ok',
      );
    }
    await startPair(0);
  }, FAULT_TEST_MS);

  it(
    'keeps its word while one of them is lost and comes back',
    async () => {
      const users = usersOnAll();
      await runUnderFault(scene(users), losePrimary(nodes, users[0]));
    },
    FAULT_TEST_MS,
  );

  it(
    'keeps its word while the slots that are written to move',
    async () => {
      const users = usersOnAll();
      await runUnderFault(scene(users), moveSlots(nodes, users, 'cluster: slots in use move'));
    },
    FAULT_TEST_MS,
  );
});

describe('a cluster with a replica for each primary, and writes that wait for it', () => {
  beforeAll(async () => {
    await pair?.stop();
    await topology.stop();
    topology = await startCluster({ replicas: 1 });
    await startPair(1);
  }, FAULT_TEST_MS);

  it(
    'loses nothing that was acknowledged when a replica takes the place of its primary',
    async () => {
      const users = usersOnAll();
      await runUnderFault(scene(users), failOver(nodes, users[0]));
    },
    FAULT_TEST_MS,
  );

  it(
    'keeps its word while the slots that are written to move',
    async () => {
      const users = usersOnAll();
      const name = 'cluster: slots in use move (REDIS_WAIT_REPLICAS=1)';
      await runUnderFault(scene(users), moveSlots(nodes, users, name));
    },
    FAULT_TEST_MS,
  );
});
