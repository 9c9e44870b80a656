import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { RedisServer } from '../support/redis-server.js';
import { runUnderFault } from './fault-run.js';
import { FAULT_TEST_MS } from './nemesis.js';
import { ReplicatedPostgres } from './postgres-replication.js';
import type { ServicePair } from './service-pair.js';
import { failOverToLateStandby } from './tiered-nemeses.js';
import { startTieredPair, tieredScene } from './tiered-scene.js';

let redis: RedisServer;
let postgres: ReplicatedPostgres;
let pair: ServicePair;

beforeAll(async () => {
  [redis, postgres] = await Promise.all([
    RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always'),
    ReplicatedPostgres.start(false),
  ]);
  pair = await startTieredPair(redis.url, postgres.url);
}, FAULT_TEST_MS);
afterAll(async () => {
  await pair.stop();
  await redis.stop();
  await postgres.stop();
});

describe('a standby of PostgreSQL that is promoted without the last commits', () => {
  it(
    'gets them from Redis',
    async () => {
      const scene = tieredScene(pair, { redis, postgres: () => postgres.primary });
      await runUnderFault(scene, failOverToLateStandby(pair, postgres));
    },
    FAULT_TEST_MS,
  );
});
