import type { Redis } from 'ioredis';
import slotOf from 'cluster-key-slot';

/** What a Redis must never hold or have done, whatever was asked of the store. */
export interface RedisAudit {
  readonly keys: number;
  readonly keysWithoutTtl: readonly string[];
  /** Owners whose keys lie in more than one slot. */
  readonly ownersInSeveralSlots: readonly string[];
  /** Calls of KEYS. */
  readonly callsOfKeys: number;
}

export async function auditRedis(redis: Redis): Promise<RedisAudit> {
  const keysWithoutTtl: string[] = [];
  const slotsByOwner = new Map<string, Set<number>>();
  let keys = 0;
  for await (const batch of redis.scanStream({ count: 1000 })) {
    for (const key of new Set(batch as string[])) {
      keys++;
      if ((await redis.pttl(key)) === -1) keysWithoutTtl.push(key);
      const owner = key.split(':').slice(2, 4).join(':');
      // The keys that the owners of a partition share.
      if (!owner.includes(':')) continue;
      slotsByOwner.set(owner, (slotsByOwner.get(owner) ?? new Set()).add(slotOf(key)));
    }
  }
  const stats = await redis.info('commandstats');
  return {
    keys,
    keysWithoutTtl,
    ownersInSeveralSlots: [...slotsByOwner].filter(([, s]) => s.size > 1).map(([owner]) => owner),
    callsOfKeys: Number(/^cmdstat_keys:calls=(\d+)/m.exec(stats)?.[1] ?? 0),
  };
}

/** Connections to this Redis but for the one that asks. */
export async function countClients(redis: Redis): Promise<number> {
  const clients = (await redis.client('LIST')) as string;
  return clients.trim().split('\n').length - 1;
}
