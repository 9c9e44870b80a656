import type { Redis } from 'ioredis';
import type { Owner } from 'conversation-store';
import { OwnerKeys } from '../../src/store/redis/redis.keys.js';

/** Words of the head of a conversation: behind its status, version and count, and before those of newer processes. */
const TIMES = { first: 3, last: 6 } as const;

/**
 * Sets the clock for an owner: moves every time that Redis holds of theirs the other way, which is
 * the same to whoever reads and writes there, and leaves all others alone.
 */
export async function setClock(redis: Redis, owner: Owner, milliseconds: number): Promise<void> {
  const { expiriesKey } = new OwnerKeys('cs:', owner);
  const keys = await redis.keys(`${expiriesKey.replace(/expiries$/, '')}*`);
  for (const key of keys) {
    const type = await redis.type(key);
    const expiresAt = Date.now() + (await redis.pttl(key));
    if (type === 'hash') await moveFields(redis, key, -milliseconds);
    if (type === 'list') await moveElements(redis, key, -milliseconds);
    if (type === 'zset') await moveScores(redis, key, -milliseconds);
    await redis.pexpireat(key, expiresAt - milliseconds);
  }
}

async function moveFields(redis: Redis, key: string, by: number): Promise<void> {
  const words = (await redis.hget(key, 'head'))?.split(' ');
  if (!words) return;
  const moved = words.map((word, i) =>
    i < TIMES.first || i > TIMES.last ? word : Number(word) + by,
  );
  await redis.hset(key, 'head', moved.join(' '));
}

async function moveElements(redis: Redis, key: string, by: number): Promise<void> {
  const elements = await redis.lrange(key, 0, -1);
  for (const [i, element] of elements.entries()) {
    await redis.lset(key, i, `${Number(element.slice(0, 13)) + by}${element.slice(13)}`);
  }
}

async function moveScores(redis: Redis, key: string, by: number): Promise<void> {
  for (const id of await redis.zrange(key, 0, -1)) await redis.zincrby(key, by, id);
}
