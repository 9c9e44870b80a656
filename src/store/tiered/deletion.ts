import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import type { Owner } from '../../domain/owner.js';
import type { ChangeOptions } from '../conversation-store.js';
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
import type { Burial } from '../postgres/record/record.burial.js';
import type { DeleteNumber } from '../redis/codecs/tombstone.codec.js';
import type { RedisKeys } from '../redis/redis.keys.js';
import type { RedisConversationStore } from '../redis/redis.store.js';
import type { PartitionState } from '../redis/tier/redis.flushes.js';
import type { RedisTier } from '../redis/tier/redis.tier.js';
import { afterWrite } from '../store.errors.js';
import type { HotOperations } from './hot-operations.js';

/** Conversations that an erase deletes at a time. */
const BATCH = 100;

/** A conversation that Redis has deleted. */
interface Grave extends Burial {
  readonly number: DeleteNumber;
}

/**
 * Deletes from both tiers before it answers. Redis deletes first, and remembers that in the same step: from
 * then on nobody finds the conversation, and a process that stops here leaves the rest to the sweep.
 */
export class TieredDeletion {
  constructor(
    private readonly keys: RedisKeys,
    private readonly hot: RedisConversationStore,
    private readonly tier: RedisTier,
    private readonly record: PostgresRecord,
    private readonly operations: HotOperations,
    /** Milliseconds for which Redis remembers a delete: as far back as PostgreSQL may go. */
    private readonly residencyMs: number,
  ) {}

  async delete(owner: Owner, id: string, options: ChangeOptions): Promise<void> {
    await this.operations.untilDeletable(owner);
    const tombstone = await this.operations.write(owner, id, () =>
      this.hot.deleteHot(owner, id, options),
    );
    await this.bury(owner, [{ id, ...tombstone }]);
  }

  async erase(owner: Owner): Promise<number> {
    await this.operations.untilDeletable(owner);
    // In this order what leaves Redis in between is found in PostgreSQL.
    const hotIds = await this.hot.listIds(owner);
    const saved = await this.record.living(owner);
    const ids = [...new Set([...hotIds, ...saved.map(({ id }) => id)])];
    let erased = 0;
    try {
      for (let start = 0; start < ids.length; start += BATCH) {
        erased += await this.eraseBatch(owner, ids.slice(start, start + BATCH));
      }
      await this.record.eraseRecords(owner);
      await this.hot.eraseRecords(owner);
    } catch (error) {
      throw afterWrite(error);
    }
    return erased;
  }

  /**
   * Finishes what a process has left that has stopped, or that PostgreSQL did not answer.
   * @param until only deletes of this time or earlier: milliseconds by Redis' clock
   * @param state of the partition, read before
   * @throws StoreUnavailableError
   */
  async finishPending(
    { partition, deletes = 0, buried = 0 }: PartitionState,
    until?: number,
  ): Promise<void> {
    const number = { partition, number: deletes, buried };
    for (const { owner, id, revision } of await this.tier.deletes.pending(partition, until)) {
      if (revision !== undefined) {
        await this.record.bury(owner, [{ id, revision, records: [] }], number);
      }
      await this.tier.deletes.finish(owner, [{ id, revision }], this.residencyMs);
    }
  }

  /**
   * Deletes conversations without bringing them back first.
   * @returns how many: the others somebody else has deleted
   */
  private async eraseBatch(owner: Owner, ids: readonly string[]): Promise<number> {
    let erased = 0;
    // Those that came back into Redis while they were buried are deleted there, at the next attempt.
    for (let rest = ids; rest.length > 0;) {
      const deleted = await Promise.all(rest.map((id) => this.deleteHot(owner, id)));
      const cold = rest.filter((_, i) => !deleted[i]);
      const buried = await this.buryInRedis(owner, cold);
      const graves = [...deleted, ...buried].filter(isGrave);
      await this.bury(owner, graves);
      erased += graves.length;
      rest = cold.filter((_, i) => buried[i] === 'hot');
    }
    return erased;
  }

  /** Undefined when Redis does not hold it. */
  private deleteHot(owner: Owner, id: string): Promise<Grave | undefined> {
    return this.operations.write(owner, id, async () => {
      try {
        return { id, ...(await this.hot.deleteHot(owner, id)) };
      } catch (error) {
        if (error instanceof ConversationNotFoundError) return undefined;
        throw error;
      }
    });
  }

  /** Buries what PostgreSQL has by now, whose revisions may be higher than a while ago. */
  private async buryInRedis(
    owner: Owner,
    ids: readonly string[],
  ): Promise<(Grave | 'hot' | undefined)[]> {
    if (ids.length === 0) return [];
    const revisions = await this.record.revisions(ids.map((id) => ({ owner, id })));
    return Promise.all(
      ids.map(async (id, i) => {
        const stored = revisions[i];
        if (typeof stored !== 'number') return undefined;
        const revision = stored + 1;
        const number = await this.tier.deletes.bury(owner, id, revision);
        return number === 'hot' ? number : { id, revision, records: [], number };
      }),
    );
  }

  private async bury(owner: Owner, graves: readonly Grave[]): Promise<void> {
    if (graves.length === 0) return;
    const number = Math.max(...graves.map((grave) => grave.number.number));
    const buried = Math.max(...graves.map((grave) => grave.number.buried));
    try {
      const partition = this.keys.partitionOf(owner);
      await this.record.bury(owner, graves, { partition, number, buried });
      await this.tier.deletes.finish(owner, graves, this.residencyMs, number);
    } catch (error) {
      throw afterWrite(error);
    }
  }
}

function isGrave(result: Grave | 'hot' | undefined): result is Grave {
  return typeof result === 'object';
}
