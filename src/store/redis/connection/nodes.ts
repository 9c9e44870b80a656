import slotOf from 'cluster-key-slot';
import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './client.js';
import { primaryNameOfSlot } from './ioredis-internals.js';

/** The name of the only primary, where there is no cluster. Log messages begin with it. */
const ONLY_PRIMARY = 'Redis';

/** The primaries by name. A cluster that is not ready has none, for it takes no commands. */
export function primariesOf(client: RedisClient): Map<string, Redis> {
  if (!(client instanceof Cluster)) return new Map([[ONLY_PRIMARY, client]]);
  const primaries = client.status === 'ready' ? client.nodes('master') : [];
  return new Map(primaries.map((node) => [`${node.options.host}:${node.options.port}`, node]));
}

/** The server that a client always talks to. Undefined where sentinels or a cluster name another one each time. */
export function onlyServerOf(client: RedisClient): { host: string; port: number } | undefined {
  if (client instanceof Cluster) return undefined;
  const { host, port, sentinels } = client.options;
  return sentinels || host === undefined || port === undefined ? undefined : { host, port };
}

/** @throws Error when the client does not know it any more */
export function expectPrimary(client: RedisClient, name: string): Redis {
  const primary = primariesOf(client).get(name);
  if (!primary) throw new Error(`There is no primary ${name}.`);
  return primary;
}

/** The name of the primary that has the key; '' when the client knows none. */
export function primaryNameOf(client: RedisClient, key: string): string {
  return client instanceof Cluster ? primaryNameOfSlot(client, slotOf(key)) : ONLY_PRIMARY;
}
