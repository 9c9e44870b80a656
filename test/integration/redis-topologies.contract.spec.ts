import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeConversationStore } from 'conversation-store/contract';
import { concurrentRunner, elapse } from '../support/real-clock.js';
import { until } from '../support/redis-server.js';
import { openRedisStore } from '../support/redis-store.js';
import {
  startCluster,
  startSentinel,
  startStandalone,
  type TestTopology,
} from '../support/redis-topologies.js';

/** redis.contract.spec.ts has the sixth topology: one server without TLS or a user. */
describe.each([
  ['one server with TLS and a user', () => startStandalone({ secured: true })],
  ['a sentinel', () => startSentinel()],
  ['a sentinel with TLS and users', () => startSentinel({ secured: true })],
  ['a cluster', () => startCluster()],
  ['a cluster with TLS and a user', () => startCluster({ secured: true })],
] as const)('on %s', (name, start) => {
  let servers: TestTopology;

  beforeAll(async () => {
    servers = await start();
  });
  afterAll(() => servers.stop());

  describeConversationStore(concurrentRunner(), `redis, ${name}`, {
    open: async (limits) => {
      const store = await openRedisStore({ ...limits, ...servers.options });
      // On a busy machine, the store opens before its Redis answers.
      const answers = (): Promise<boolean> =>
        store.ping().then(
          () => true,
          () => false,
        );
      await until(answers);
      return store;
    },
    elapse,
  });
});
