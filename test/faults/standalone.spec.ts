import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { RedisServer } from '../support/redis-server.js';
import { runUnderFault } from './fault-run.js';
import { FAULT_TEST_MS, type Nemesis } from './nemesis.js';
import { freeze, killAndRestart } from './process-nemeses.js';
import { ServicePair } from './service-pair.js';
import { changePassword, fillMemory, flushScripts, turnIntoReplica } from './standalone-nemeses.js';
import { textsInRedis } from './stored-texts.js';
import type { StoredTexts } from './verdict.js';

/** Short, so that a fault outlasts it soon. */
const TIMEOUT_MS = 1_000;

let redis: RedisServer;
let pair: ServicePair | undefined;

beforeAll(async () => {
  // With `everysec` Redis may answer before it has written to the file, when the disk is slow.
  redis = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always');
  pair = await ServicePair.start({ REDIS_URL: redis.url, REDIS_TIMEOUT: String(TIMEOUT_MS) });
}, FAULT_TEST_MS);
afterAll(async () => {
  await pair?.stop();
  await redis.stop();
});

describe('one Redis, and two processes of the service', () => {
  const nemeses: [string, () => Nemesis][] = [
    ['kill -9 and a restart', () => killAndRestart(redis)],
    ['SIGSTOP and SIGCONT', () => freeze(redis)],
    ['SCRIPT FLUSH under load', () => flushScripts(redis)],
    ['a full memory', () => fillMemory(redis)],
    ['a primary that becomes a replica', () => turnIntoReplica(redis)],
    ['another password after a restart', () => changePassword(redis)],
  ];
  it.each(nemeses)(
    'keep their word through %s',
    async (_, nemesis) => {
      const users = Array.from({ length: 3 }, () => ({ tid: randomUUID(), sub: 'u' }));
      const texts = (): Promise<StoredTexts> => textsInRedis([redis.port]);
      await runUnderFault(
        { pair: pair as ServicePair, users, timeoutMs: TIMEOUT_MS, texts },
        nemesis(),
      );
    },
    FAULT_TEST_MS,
  );
});
