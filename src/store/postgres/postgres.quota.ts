import { ownerKey } from '../../domain/owner-key.js';
import { assertQuota, hasQuota } from '../../domain/owner-quota.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { QuotaExceededError } from '../../domain/conversation.errors.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import { changedMeanwhile, type Loaded } from './postgres.changes.js';
import { COUNT_BYTES, LOCK_OWNER } from './statements/quota.js';
import { PRUNE } from './statements/erase.js';

/** Counts what owners store, and makes room by deleting what has expired. */
export class PostgresQuota {
  constructor(
    private readonly connection: PostgresConnection,
    private readonly limits: StoreLimits,
  ) {}

  /**
   * What a write adds to the bytes of the owner, as a part of the write.
   * @throws QuotaExceededError
   */
  async charge(
    owner: Owner,
    { ownerBytes }: Pick<Loaded, 'ownerBytes'>,
    chargedBytes: number,
    { mayExceed = false } = {},
  ): Promise<{ charge?: { chargedBytes: number } }> {
    if (!hasQuota(this.limits)) return {};
    await this.within(owner, { ownerBytes }, async (assertRoom) => {
      if (!mayExceed) assertRoom(chargedBytes);
    });
    return { charge: { chargedBytes } };
  }

  /**
   * Runs work that asserts, as it goes, that the owner has room for what it adds.
   * @throws what the work throws, and what makes the change begin again: expired conversations have made room
   */
  async within<T>(
    owner: Owner,
    { ownerBytes }: Pick<Loaded, 'ownerBytes'>,
    work: (assertRoom: (chargedBytes: number) => void) => Promise<T>,
  ): Promise<T> {
    const isCounted = hasQuota(this.limits);
    const quotaBytes = isCounted ? (ownerBytes ?? (await this.count(owner))) : 0;
    try {
      return await work((chargedBytes) => assertQuota({ quotaBytes }, chargedBytes, this.limits));
    } catch (error) {
      const isFreed = error instanceof QuotaExceededError && (await this.prune(owner));
      throw isFreed ? changedMeanwhile() : error;
    }
  }

  /** Deletes conversations of the owner that have expired, before the purge does. @returns whether there were any */
  async prune(owner: Owner): Promise<boolean> {
    const { ttlMs } = this.limits;
    if (ttlMs === null) return false;
    const values = PRUNE.values({ owner: ownerKey(owner), ttlMs });
    const [row] = await this.connection.write<{ deleted: number }>(PRUNE, values);
    return (row?.deleted ?? 0) > 0;
  }

  private async count(owner: Owner): Promise<number> {
    const values = COUNT_BYTES.values({ owner: ownerKey(owner) });
    return this.connection.transaction(async (transaction) => {
      await transaction.run(LOCK_OWNER, values);
      const [row] = await transaction.run<{ bytes: number }>(COUNT_BYTES, values);
      return row?.bytes ?? 0;
    });
  }
}
