import type { RedisClient } from './client.js';

/** A warning when Redis may evict data; undefined when it does not, or does not report its policy. */
export async function evictionWarning(client: RedisClient): Promise<string | undefined> {
  const info = await client.info('memory');
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy === undefined || policy === 'noeviction') return undefined;
  return (
    `Redis evicts (maxmemory-policy ${policy}): when its memory is full, it will DELETE ` +
    'CONVERSATIONS, whole or in part. Set maxmemory-policy noeviction.'
  );
}
