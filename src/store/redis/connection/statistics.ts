import type { RedisStatistics } from '../../../observation/states.js';
import type { RedisClient } from './client.js';
import { primariesOf } from './nodes.js';

/** What each primary says of itself, in the order of their names. */
export async function statisticsOf(client: RedisClient): Promise<readonly RedisStatistics[]> {
  const primaries = [...primariesOf(client)].sort(([one], [other]) => (one < other ? -1 : 1));
  return Promise.all(
    primaries.map(async ([, primary], number) => parse(await primary.info(), number)),
  );
}

function parse(info: string, primary: number): RedisStatistics {
  const text = (field: string): string | undefined =>
    new RegExp(`^${field}:(\\S+)`, 'm').exec(info)?.[1];
  const number = (field: string): number => Number(text(field) ?? 0);
  return {
    primary,
    usedBytes: number('used_memory'),
    maxBytes: number('maxmemory'),
    evictedKeys: number('evicted_keys'),
    clients: number('connected_clients'),
    policy: text('maxmemory_policy'),
  };
}
