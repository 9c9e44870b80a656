import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { RedisServer } from '../../test/support/redis-server.js';
import { fill, openStore, someOwners } from '../load/filling.js';

const CONVERSATIONS = 500;
const MESSAGES = 100;
const TEXT_BYTES = 500;

/** Bytes of Redis' memory for each byte of text that it stores. */
export interface RedisBytes {
  /** From the growth of `used_memory`. */
  readonly used: number;
  /** From `MEMORY USAGE` of all keys. */
  readonly keys: number;
}

export async function measureRedisBytes(): Promise<RedisBytes> {
  const redis = await RedisServer.start();
  const store = await openStore(redis);
  const client = new Redis(redis.port);
  try {
    // The scripts take memory once, which does not count.
    await fill(store, someOwners(1), { count: 1, messages: 1 });
    await client.flushall();
    const before = await usedMemory(client);
    const text = randomBytes((TEXT_BYTES * 3) / 4).toString('base64');
    const owners = someOwners(CONVERSATIONS / 10);
    await fill(store, owners, { count: CONVERSATIONS, messages: MESSAGES, text });
    const textBytes = CONVERSATIONS * MESSAGES * TEXT_BYTES;
    return {
      used: ((await usedMemory(client)) - before) / textBytes,
      keys: (await sizeOfKeys(client)) / textBytes,
    };
  } finally {
    client.disconnect();
    await store.close();
    await redis.stop();
  }
}

async function usedMemory(client: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
}

async function sizeOfKeys(client: Redis): Promise<number> {
  let bytes = 0;
  for (const key of await client.keys('*')) {
    bytes += (await client.memory('USAGE', key, 'SAMPLES', 0)) ?? 0;
  }
  return bytes;
}
