import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisServer } from '../support/redis-server.js';
import { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import { runUnderFault } from './fault-run.js';
import { cutConnections, delayReplies, dropReplies, stallConnections } from './network-nemeses.js';
import { FAULT_TEST_MS, type Nemesis } from './nemesis.js';
import { ServicePair } from './service-pair.js';
import { textsInRedis } from './stored-texts.js';
import type { StoredTexts } from './verdict.js';

const TIMEOUT_MS = 1_000;

/** Scripts answer with an array; a heartbeat's PONG is none. */
const isScriptReply = (reply: Buffer): boolean => reply.toString('latin1').startsWith('*');

let redis: RedisServer;
let proxy: TcpFaultProxy;
let pair: ServicePair | undefined;

beforeAll(async () => {
  redis = await RedisServer.start();
  proxy = await TcpFaultProxy.start(redis.port);
  pair = await ServicePair.start({ REDIS_URL: proxy.url, REDIS_TIMEOUT: String(TIMEOUT_MS) });
}, FAULT_TEST_MS);
afterAll(async () => {
  await pair?.stop();
  await proxy.stop();
  await redis.stop();
});

describe('a bad network between the service and Redis', () => {
  // Which of the nemeses leave writes behind that were applied although their outcome is unknown.
  const nemeses: [string, boolean, () => Nemesis][] = [
    ['loses replies to writes that were applied', true, () => dropReplies(proxy, isScriptReply)],
    ['cuts connections', false, () => cutConnections(proxy)],
    ['stalls, and delivers late', true, () => stallConnections(proxy)],
    ['delays replies', true, () => delayReplies(proxy, TIMEOUT_MS)],
  ];
  it.each(nemeses)(
    '%s, and both processes keep their word',
    async (_, leavesAppliedWrites, nemesis) => {
      const users = Array.from({ length: 3 }, () => ({ tid: randomUUID(), sub: 'u' }));
      const texts = (): Promise<StoredTexts> => textsInRedis([redis.port]);
      const scene = { pair: pair as ServicePair, users, timeoutMs: TIMEOUT_MS, texts };
      const { unknownStored } = await runUnderFault(scene, nemesis());
      if (leavesAppliedWrites) expect(unknownStored).toBeGreaterThan(0);
    },
    FAULT_TEST_MS,
  );
});
