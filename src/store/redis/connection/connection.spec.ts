import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import RedisMock from 'ioredis-mock';
import type { Redis } from 'ioredis';
import { RedisConnection } from './connection.js';

const SCRIPT = {
  name: 'hello',
  lua: "return 'hello ' .. KEYS[1] .. ARGV[1]",
  sha1: 'a'.repeat(40),
};

/** Our logic around the client. The integration specs test Redis itself, on a real server. */
describe('RedisConnection', () => {
  let redis: Redis;
  let connection: RedisConnection;

  beforeEach(() => {
    redis = new RedisMock({ lazyConnect: true });
    connection = new RedisConnection(redis);
  });
  afterEach(async () => {
    await redis.flushall();
    connection.close();
  });

  it('sends the text of a script only when Redis does not have it', async () => {
    const evaluate = jest.spyOn(redis, 'eval');
    expect(await connection.write(SCRIPT, ['k'], ['a'])).toBe('hello ka');
    expect(evaluate).toHaveBeenCalledTimes(1);
    jest.spyOn(redis, 'evalsha').mockResolvedValue('from the cache');
    expect(await connection.write(SCRIPT, ['k'], ['a'])).toBe('from the cache');
    expect(evaluate).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['maxmemory_policy:volatile-lru\r\n', 1],
    ['maxmemory_policy:noeviction\r\n', 0],
    ['# Memory\r\nused_memory:1\r\n', 0],
  ])('warns of a Redis that evicts, each time it is ready: %j', async (info, warnings) => {
    const warn = jest.spyOn(Logger.prototype, 'warn');
    const infoCommand = jest.spyOn(redis, 'info').mockResolvedValue(info);
    redis.emit('ready');
    redis.emit('ready');
    await Promise.all(infoCommand.mock.results.map(({ value }) => value as Promise<string>));
    await new Promise(setImmediate);
    expect(infoCommand).toHaveBeenCalledTimes(2);
    expect(warn).toHaveBeenCalledTimes(2 * warnings);
    warn.mockRestore();
  });
});
