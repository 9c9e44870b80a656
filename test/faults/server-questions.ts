import { Redis } from 'ioredis';
import type { RedisServer } from '../support/redis-server.js';

/** A field of INFO; empty when it is not there. */
export async function infoField(
  server: RedisServer,
  section: string,
  field: string,
): Promise<string> {
  return withRedis(server, async (redis) => {
    const info = await redis.info(section);
    return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  });
}

export async function configure(
  server: RedisServer,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  await withRedis(server, async (redis) => {
    for (const [name, value] of Object.entries(settings)) await redis.config('SET', name, value);
  });
}

export async function withRedis<T>(
  server: RedisServer,
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = new Redis(server.port);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
