import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeConversationStore } from 'conversation-store/contract';
import { openRedisStore } from '../support/redis-store.js';
import { startCluster, startSentinel, startTlsWithUser } from '../support/redis-topologies.js';
import type { TestTopology } from '../support/redis-topologies.js';

describe.each([
  ['a cluster of three primaries', startCluster],
  ['a primary behind a sentinel', startSentinel],
  ['TLS with a user', startTlsWithUser],
] as const)('on %s', (name, start) => {
  let servers: TestTopology;

  beforeAll(async () => {
    servers = await start();
  });
  afterAll(() => servers.stop());

  describeConversationStore({ describe, it }, `redis, ${name}`, {
    open: (limits) => openRedisStore({ ...limits, ...servers.options }),
    elapse: (milliseconds) => delay(milliseconds),
  });
});
