import { describe, expect, it } from '@jest/globals';
import { createRedisClient } from '../../src/store/redis/connection/client.js';
import { connect } from '../../src/store/redis/connection/connect.js';
import { until } from '../support/redis-server.js';
import { redisOptions, sharedRedisPort } from '../support/redis-store.js';
import { TcpFaultProxy } from '../support/tcp-fault-proxy.js';

const TIMEOUT_MS = 1_000;

describe('a connection that is cut while a command has no answer', () => {
  it('takes its socket timeout along: the next connection stays open', async () => {
    const proxy = await TcpFaultProxy.start(sharedRedisPort());
    const node = { host: '127.0.0.1', port: proxy.port };
    const topology = { mode: 'standalone', node, db: 0 } as const;
    const client = createRedisClient(redisOptions({ topology, timeoutMs: TIMEOUT_MS }));
    let ends = 0;
    client.on('close', () => ends++);
    client.on('error', () => undefined);
    try {
      await connect(client);
      proxy.stall();
      const lost = expect(client.ping()).rejects.toThrow();
      proxy.cut();
      proxy.resume();
      await lost;
      await until(() => client.status === 'ready');
      const later = performance.now() + 2 * TIMEOUT_MS;
      await until(async () => {
        await client.ping();
        return performance.now() > later;
      });
      expect(ends).toBe(1);
    } finally {
      client.disconnect();
      await proxy.stop();
    }
  });
});
