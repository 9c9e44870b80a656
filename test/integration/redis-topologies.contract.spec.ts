import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeConversationStore } from 'conversation-store/contract';
import { NO_SEALING } from '../../src/store/sealing/sealing.js';
import { concurrentRunner, elapse } from '../support/real-clock.js';
import { until } from '../support/redis-server.js';
import { openRedisStore } from '../support/redis-store.js';
import {
  startCluster,
  startSentinel,
  startStandalone,
  type TestTopology,
} from '../support/redis-topologies.js';
import { COMPRESSING, ENCRYPTING } from '../support/sealings.js';

/** redis.contract.spec.ts has one server without TLS or a user. */
describe.each([
  ['one server with TLS and a user', () => startStandalone({ secured: true }), NO_SEALING],
  ['a sentinel with TLS and users, encrypted', () => startSentinel({ secured: true }), ENCRYPTING],
  ['a cluster with TLS and a user, compressed', () => startCluster({ secured: true }), COMPRESSING],
] as const)('on %s', (name, start, sealing) => {
  let servers: TestTopology;

  beforeAll(async () => {
    servers = await start();
  });
  afterAll(() => servers.stop());

  describeConversationStore(concurrentRunner(), `redis, ${name}`, {
    open: async (limits) => {
      const store = await openRedisStore({ ...limits, ...servers.options, sealing });
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
