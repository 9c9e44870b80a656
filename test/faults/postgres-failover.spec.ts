import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { runUnderFault } from './fault-run.js';
import { FAULT_TEST_MS } from './nemesis.js';
import { failOver, ReplicatedPostgres } from './postgres-replication.js';
import { postgresScene, startPairOn } from './postgres-scene.js';
import type { ServicePair } from './service-pair.js';

let postgres: ReplicatedPostgres;
let pair: ServicePair;

beforeAll(async () => {
  postgres = await ReplicatedPostgres.start();
  pair = await startPairOn(postgres.url);
}, FAULT_TEST_MS);
afterAll(async () => {
  await pair.stop();
  await postgres.stop();
});

describe('a primary that dies, with a synchronous standby', () => {
  it(
    'is replaced, and nothing that was acknowledged is lost',
    async () => {
      const scene = postgresScene(pair, () => postgres.primary);
      await runUnderFault(scene, failOver(postgres));
    },
    FAULT_TEST_MS,
  );
});
