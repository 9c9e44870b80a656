import type { RedisStatistics } from '../../../observation/states.js';
import type { RedisClient } from './client.js';
import { EvictedKeys } from './evicted-keys.js';
import { primariesOf } from './nodes.js';

/** What each primary says of itself, in the order of their names. */
export class PrimaryStatistics {
  private readonly evictedKeys = new EvictedKeys();

  constructor(private readonly client: RedisClient) {}

  async read(): Promise<readonly RedisStatistics[]> {
    const primaries = [...primariesOf(this.client)].sort(([a], [b]) => (a < b ? -1 : 1));
    const infos = await Promise.all(primaries.map(async ([, primary]) => primary.info()));
    const statistics = infos.map(parse);
    const evictedKeys = this.evictedKeys.add(
      statistics.map(({ evictedKeys: count }, i) => ({
        // Behind a name, sentinels and services change the server. A Redis may hide its run id.
        server: fieldOf(infos[i] ?? '', 'run_id') ?? primaries[i]?.[0] ?? '',
        evictedKeys: count,
      })),
    );
    return statistics.map((one, i) => ({ ...one, evictedKeys: evictedKeys[i] ?? 0 }));
  }
}

function parse(info: string, primary: number): RedisStatistics {
  const number = (field: string): number => Number(fieldOf(info, field) ?? 0);
  return {
    primary,
    usedBytes: number('used_memory'),
    maxBytes: number('maxmemory'),
    evictedKeys: number('evicted_keys'),
    clients: number('connected_clients'),
    policy: fieldOf(info, 'maxmemory_policy'),
  };
}

function fieldOf(info: string, field: string): string | undefined {
  return new RegExp(`^${field}:(\\S+)`, 'm').exec(info)?.[1];
}
