import { createHash, createHmac } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** Hexadecimal digits: enough to tell a million tenants apart. */
const LENGTH = 16;

const MAX_CACHED = 10_000;

/**
 * Replaces the id of a tenant by a hash of it, which is the same in every process and after a restart. Without a salt,
 * whoever knows the id can compute its hash, and so recognize the lines of a known tenant.
 */
export class TenantHash {
  private readonly cache = new LRUCache<string, string>({ max: MAX_CACHED });

  constructor(private readonly salt: string | undefined) {}

  of(tenantId: string): string {
    let hash = this.cache.get(tenantId);
    if (hash === undefined) {
      hash = this.compute(tenantId);
      this.cache.set(tenantId, hash);
    }
    return hash;
  }

  private compute(tenantId: string): string {
    const { salt } = this;
    const algorithm = salt === undefined ? createHash('sha256') : createHmac('sha256', salt);
    return algorithm.update(tenantId).digest('hex').slice(0, LENGTH);
  }
}
