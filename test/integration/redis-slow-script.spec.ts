import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { createRedisClient } from '../../src/store/redis/connection/client.js';
import { RedisConnection } from '../../src/store/redis/connection/connection.js';
import { CONVERSATIONS } from '../support/api-client.js';
import { RedisServer, until } from '../support/redis-server.js';
import { redisOptions } from '../support/redis-store.js';
import { startService } from '../support/service.js';

const ENDLESS = { name: 'endless', lua: 'while true do end', sha1: 'a'.repeat(40) };

describe('a script that runs too long', () => {
  let redis: RedisServer;
  let admin: Redis;

  beforeAll(async () => {
    redis = await RedisServer.start('--lua-time-limit', '50');
    admin = new Redis(redis.port);
  });
  afterAll(async () => {
    admin.disconnect();
    await redis.stop();
  });

  const options = () => {
    const node = { host: '127.0.0.1', port: redis.port };
    return redisOptions({ topology: { mode: 'standalone', node, db: 0 } });
  };

  /** As an operator would end it, as soon as Redis lets them. */
  async function kill(): Promise<void> {
    await until(() =>
      admin.script('KILL').then(
        () => true,
        () => false,
      ),
    );
  }

  it('of somebody else makes every answer 503, until it is killed', async () => {
    const service = await startService({ store: { driver: 'redis', ...options() } });
    const stranger = new Redis(redis.port);
    try {
      const client = service.client();
      expect((await client.post(CONVERSATIONS, {})).status).toBe(201);
      const slow = stranger.eval(ENDLESS.lua, 0).catch((error: unknown) => String(error));
      await until(async () => (await client.get(CONVERSATIONS)).status === 503);
      const { status, body } = await client.post(CONVERSATIONS, {});
      expect([status, body.type]).toEqual([503, '/problems/store-unavailable']);
      expect(body.mayHaveBeenApplied).toBe(false);
      await kill();
      expect(await slow).toContain('Script killed');
      const list = await client.get(CONVERSATIONS);
      expect([list.status, list.body.data.length]).toEqual([200, 1]);
    } finally {
      stranger.disconnect();
      await service.close();
    }
  });

  it('of ours is an outage in which nothing was done, when it is killed', async () => {
    const connection = new RedisConnection(createRedisClient(options()));
    await connection.connect();
    try {
      const write = connection.write(ENDLESS, ['k'], []);
      const [outcome] = await Promise.allSettled([write, kill()]);
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'store-unavailable', mayHaveBeenApplied: false },
      });
    } finally {
      connection.close();
    }
  });
});
