import { QuotaExceededError } from '../../domain/conversation.errors.js';
import type { Owner } from '../../domain/owner.js';
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
import type { RedisKeys } from '../redis/redis.keys.js';
import type { RedisTier } from '../redis/tier/redis.tier.js';
import type { Flusher } from './flusher.js';

/**
 * The quota of an owner, which the scripts of Redis check. They count what is unsaved; what PostgreSQL has
 * they are told, here. It is counted anew when a write is refused: deletes and the purge make it less.
 */
export class TieredQuota {
  constructor(
    private readonly keys: RedisKeys,
    private readonly tier: RedisTier,
    private readonly record: PostgresRecord,
    private readonly flusher: Flusher,
    /** Milliseconds that a write waits for PostgreSQL at most. */
    private readonly timeoutMs: number,
  ) {}

  /** @throws QuotaExceededError, StoreUnavailableError, and what the write throws */
  async run<T>(owner: Owner, write: () => Promise<T>): Promise<T> {
    if (!(await this.tier.usage.isKnown(owner))) await this.count(owner);
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof QuotaExceededError) || !(await this.hasRoomNow(owner))) throw error;
      return write();
    }
  }

  private async hasRoomNow(owner: Owner): Promise<boolean> {
    if (this.record.isAway) return false;
    // So that nothing counts both as unsaved and as saved.
    await this.flusher.save(this.keys.partitionOf(owner), this.timeoutMs);
    const { former, present } = await this.count(owner);
    return present < former;
  }

  private async count(owner: Owner): Promise<{ former: number; present: number }> {
    const present = await this.record.bytesOf(owner);
    return { former: await this.tier.usage.store(owner, present), present };
  }
}
