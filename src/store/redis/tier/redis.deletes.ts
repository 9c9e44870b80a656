import type { Owner } from '../../../domain/owner.js';
import type { DeleteNumber } from '../codecs/tombstone.codec.js';
import type { ScriptReply } from '../codecs/script-reply.js';
import type { ConversationName, RedisKeys } from '../redis.keys.js';
import { replyOf } from './reply-of.js';
import type { TierConnection } from './tier-connection.js';
import { TIER_SCRIPTS } from './tier.scripts.js';
import { UNSAVED_TTL_MS } from './unsaved-ttl.js';

/** Deletes that a call reads or writes at a time. */
const BATCH = 500;

/** A delete whose tombstone the record is not known to have. */
export interface PendingDelete {
  readonly member: string;
  readonly owner: Owner;
  readonly id: string;
  /** When it was deleted: milliseconds by Redis' clock. */
  readonly deletedAt: number;
  /**
   * Of the tombstone. Undefined when Redis has none: a conversation of that id was created and saved since, or
   * the tombstone has expired. Then there is nothing to save.
   */
  readonly revision: number | undefined;
}

/** Deletes, until the record has their tombstones. */
export class RedisDeletes {
  constructor(
    private readonly redis: TierConnection,
    private readonly keys: RedisKeys,
  ) {}

  /**
   * Deletes a conversation that Redis does not hold: the tombstone gets this revision, or retains a higher one.
   * @returns the number of the delete, or `hot` when Redis holds it: the delete of the store is for these
   */
  async bury(owner: Owner, id: string, revision: number): Promise<DeleteNumber | 'hot'> {
    const keys = this.keys.of(owner).conversationInTier(id);
    const call = TIER_SCRIPTS.bury.with(keys, { revision });
    const reply = (await this.redis.write(...call)) as ScriptReply;
    const result = replyOf(reply, { OK: 'buried', HOT: 'hot' } as const);
    if (result === 'hot') return result;
    return { number: reply[1] as number, buried: Number(reply[2]) };
  }

  /**
   * The deletes of a partition that are pending, the oldest first.
   * @param until only those of this time or earlier: milliseconds by Redis' clock
   */
  async pending(partition: number, until = Infinity): Promise<PendingDelete[]> {
    const { deletedKey } = this.keys.partition(partition);
    const max = until === Infinity ? '+inf' : until;
    const deletes = (await this.redis.readScored(deletedKey, 0, max)).flatMap(
      ([member, deletedAt]) => {
        const name = this.keys.conversationOf(member);
        return name ? [{ member, deletedAt, ...name }] : [];
      },
    );
    const revisions = await this.revisionsOf(deletes);
    return deletes.map((pending, i) => ({ ...pending, revision: revisions[i] }));
  }

  /**
   * Notes that the record has these tombstones, unless a conversation was deleted again meanwhile. A revision
   * that is undefined: Redis has no tombstone any more. Redis remembers the deletes for so long, should the
   * record lose them.
   * @param number of a delete in the partition that the record has, too
   */
  async finish(
    owner: Owner,
    deletes: readonly Pick<PendingDelete, 'id' | 'revision'>[],
    retentionMs: number,
    number = 0,
  ): Promise<void> {
    await Promise.all(
      deletes.map(({ id, revision = '' }) => {
        const keys = this.keys.of(owner).conversationInTier(id);
        const call = TIER_SCRIPTS.finishDelete.with(keys, {
          member: keys.conversationKey,
          revision,
          retention: retentionMs,
          number,
        });
        return this.redis.writeUnreplicated(...call);
      }),
    );
  }

  /** The revision of the tombstone of this id, also where there is a new conversation by now. */
  async tombstoneOf(owner: Owner, id: string): Promise<number | undefined> {
    const [revision] = await this.revisionsOf([{ owner, id }]);
    return revision;
  }

  /**
   * After the record went back: every finished delete of the partition is pending again.
   * @returns how many
   */
  async reopen(partition: number): Promise<number> {
    const call = TIER_SCRIPTS.reopenDeletes.with(this.keys.partition(partition), {});
    const [, count] = (await this.redis.write(...call)) as ScriptReply;
    return count as number;
  }

  /** Lets the tombstones live on of the deletes that have been pending for half of their time. */
  async renew(partition: number, now: number): Promise<void> {
    for (const { owner, id, revision } of await this.pending(partition, now - UNSAVED_TTL_MS / 2)) {
      if (revision !== undefined) await this.bury(owner, id, revision);
    }
  }

  private async revisionsOf(
    conversations: readonly ConversationName[],
  ): Promise<(number | undefined)[]> {
    const keys = conversations.map(
      ({ owner, id }) => this.keys.of(owner).conversationInTier(id).tombstoneKey,
    );
    const texts: (string | null)[] = [];
    for (let start = 0; start < keys.length; start += BATCH) {
      texts.push(...(await this.redis.readTexts(keys.slice(start, start + BATCH))));
    }
    return texts.map((text) => (text === null ? undefined : Number(text)));
  }
}
