import type { Redis } from 'ioredis';

/** How each type of key is read: everything that it holds. */
const READERS: Readonly<Record<string, (redis: Redis, key: string) => Promise<unknown>>> = {
  string: (redis, key) => redis.get(key),
  list: (redis, key) => redis.lrange(key, 0, -1),
  hash: (redis, key) => redis.hgetall(key),
  set: (redis, key) => redis.smembers(key),
  zset: (redis, key) => redis.zrange(key, 0, -1),
  stream: (redis, key) => redis.xrange(key, '-', '+'),
};

/**
 * Looks for texts in all that one Redis holds, names of keys too: as they are, and as JSON and base64 have them.
 * @returns `<type> <key>: <text>` of each that was found
 */
export async function findTexts(redis: Redis, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of redis.scanStream({ count: 1_000 })) {
    for (const key of new Set(batch as string[])) {
      const type = await redis.type(key);
      // It has expired by now.
      if (type === 'none') continue;
      const read = READERS[type];
      if (!read) throw new Error(`Nobody can read a ${type}.`);
      const held = JSON.stringify([key, await read(redis, key)]);
      for (const text of texts) {
        if (formsOf(text).some((form) => held.includes(form)))
          found.push(`${type} ${key}: ${text}`);
      }
    }
  }
  return found;
}

/** The JSON of a text, that JSON within JSON once more, and what base64 makes of its middle wherever it lies. */
function formsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const base64 = [0, 1, 2].map((skipped) => {
    const bytes = Buffer.from(text).subarray(skipped);
    return bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
  });
  return [json, JSON.stringify(json).slice(1, -1), ...base64.filter(({ length }) => length > 8)];
}
