import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConversationStore, Owner, RedisTopology } from 'conversation-store';
import { IdleCuttingProxy } from '../support/idle-cutting-proxy.js';
import { RedisServer, until } from '../support/redis-server.js';
import { openRedisStore } from '../support/redis-store.js';

/** Azure's four minutes, made shorter; the heartbeat sends two PINGs a second. */
const IDLE_MS = 1_500;

const TIMEOUT_MS = 1_000;

const owner: Owner = { tenantId: 'contoso', userId: 'alice' };

describe('a network that silently forgets idle connections', () => {
  let redis: RedisServer;
  let replica: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start('--repl-diskless-sync-delay', '0');
    replica = await RedisServer.start('--replicaof', '127.0.0.1', String(redis.port));
  });
  afterAll(() => Promise.all([redis.stop(), replica.stop()]));

  function write(store: ConversationStore): Promise<unknown> {
    return store.create(owner, { id: randomUUID(), metadata: {}, messages: [] });
  }

  it.each([0, 1])(
    'keeps those of a store without traffic, waiting for %d replicas',
    async (waitReplicas) => {
      const proxy = await IdleCuttingProxy.start(redis.port, IDLE_MS);
      const node = { host: '127.0.0.1', port: proxy.port };
      const topology: RedisTopology = { mode: 'standalone', node, db: 0 };
      const store = await openRedisStore({ topology, waitReplicas, timeoutMs: TIMEOUT_MS });
      try {
        await until(() =>
          write(store).then(
            () => true,
            () => false,
          ),
        );
        await delay(2 * IDLE_MS);
        expect(proxy.forgotten).toBe(0);
        const before = performance.now();
        await write(store);
        expect(performance.now() - before).toBeLessThan(TIMEOUT_MS);
      } finally {
        await store.close();
        await proxy.stop();
      }
    },
  );
});
