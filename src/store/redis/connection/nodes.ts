import slotOf from 'cluster-key-slot';
import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './redis-client.js';

/** Where there is one node, it needs no name. */
const ONLY = 'Redis';

/** The nodes that take writes, by name: none of a cluster that is not ready, for it takes none. */
export function primariesOf(client: RedisClient): Map<string, Redis> {
  if (!(client instanceof Cluster)) return new Map([[ONLY, client]]);
  const primaries = client.status === 'ready' ? client.nodes('master') : [];
  return new Map(primaries.map((node) => [`${node.options.host}:${node.options.port}`, node]));
}

/** The name of the one that has the key; '' when no node is known to. */
export function primaryNameOf(client: RedisClient, key: string): string {
  if (!(client instanceof Cluster)) return ONLY;
  return client.slots[slotOf(key)]?.[0] ?? '';
}
