import type { Conversation } from '../../../domain/conversation.js';
import type { Owner } from '../../../domain/owner.js';
import type { Snapshot } from '../../snapshot.js';
import type { Sealing } from '../../sealing/sealing.js';
import { StoreFaultError } from '../../store.errors.js';
import { CONVERSATION_FIELDS, decodeConversation } from '../codecs/conversation.codec.js';
import type { Fields, ScriptReply } from '../codecs/script-reply.js';
import type { ConversationName, RedisKeys } from '../redis.keys.js';
import { replyOf } from './reply-of.js';
import type { Scored, TierConnection } from './tier-connection.js';
import { TIER_SCRIPTS } from './tier.scripts.js';
import { UNSAVED_TTL_MS } from './unsaved-ttl.js';

/** Conversations that a script marks or looks for, or whose revisions are read, at a time. */
const BATCH = 200;

/** Conversations that a script settles at a time: it takes Redis about half a millisecond. */
const SETTLE_BATCH = 100;

/** At and above this score a conversation is in quarantine. */
const QUARANTINE_SCORE = 8e15;

export interface SettleOptions {
  /** How long Redis holds a clean conversation. */
  readonly residencyMs: number;
  /** How many messages Redis holds at least, 1 or more: older ones leave it two residencies after they were saved. */
  readonly tail: number;
  /** The number of the flush that the record has committed; absent when nothing had to be saved. */
  readonly number?: number;
}

/**
 * `clean`: the record has all of it, and it leaves Redis after the residency. `changed`: it was written meanwhile,
 * or the flush came late. `pinned`: the record has all of it, and a turn runs or waits. `gone`: Redis does
 * not hold it any more.
 */
export type SettleResult = 'clean' | 'changed' | 'pinned' | 'gone' | 'damaged';

export interface HotConversation {
  readonly member: string;
  readonly owner: Owner;
  readonly id: string;
  /** Undefined when the hash has gone, or was never marked. */
  readonly revision: number | undefined;
  readonly state: 'clean' | 'unsaved' | 'quarantined';
}

export interface DropOptions {
  /** Only if the conversation has this revision. */
  readonly revision?: number;
  /** Only if the record has all of it. */
  readonly onlyClean?: boolean;
  /** Its turns, too. */
  readonly withTurns?: boolean;
}

/** The conversations that Redis holds: which of them the record does not have whole, and when each leaves. */
export class RedisHotConversations {
  constructor(
    private readonly redis: TierConnection,
    private readonly keys: RedisKeys,
    private readonly retentionMs: number | null,
    private readonly sealing: Sealing,
  ) {}

  /** After the record has the snapshot. */
  async settle(snapshot: Snapshot, options: SettleOptions): Promise<SettleResult> {
    const [result] = await this.settleAll([snapshot], options);
    return result as SettleResult;
  }

  /**
   * After the record has the snapshots, which are of one partition. A script does many: a command for each would
   * take the service ten times as long.
   * @returns a result for each
   */
  async settleAll(snapshots: readonly Snapshot[], options: SettleOptions): Promise<SettleResult[]> {
    const batches: (readonly Snapshot[])[] = [];
    for (let start = 0; start < snapshots.length; start += SETTLE_BATCH) {
      batches.push(snapshots.slice(start, start + SETTLE_BATCH));
    }
    return (await Promise.all(batches.map((batch) => this.settleBatch(batch, options)))).flat();
  }

  /**
   * Removes a conversation from Redis, without a tombstone: the record has it, or has its tombstone.
   * @returns `changed` when it has another revision, `unsaved` when the record does not have all of it
   */
  async drop(
    owner: Owner,
    id: string,
    { revision, onlyClean = false, withTurns = false }: DropOptions = {},
  ): Promise<'dropped' | 'changed' | 'unsaved'> {
    const call = TIER_SCRIPTS.drop.with(this.keys.of(owner).conversationInTier(id), {
      id,
      revision: revision ?? '',
      onlyClean: Number(onlyClean),
      dropTurns: Number(withTurns),
    });
    const reply = (await this.redis.writeUnreplicated(...call)) as ScriptReply;
    return replyOf(reply, { OK: 'dropped', CHANGED: 'changed', UNSAVED: 'unsaved' } as const);
  }

  /**
   * Leaves an unsaved conversation out of flushes, so that it holds up no other: a settle takes it in again.
   * @returns false when it is clean or gone
   */
  async quarantine(member: string): Promise<boolean> {
    const { owner } = this.nameOf(member);
    const keys = this.keys.partition(this.keys.partitionOf(owner));
    const call = TIER_SCRIPTS.quarantine.with(keys, { member });
    const reply = (await this.redis.writeUnreplicated(...call)) as ScriptReply;
    return replyOf(reply, { OK: true, CLEAN: false });
  }

  /** Whether flushes leave the conversation out. */
  async isQuarantined(owner: Owner, id: string): Promise<boolean> {
    const { hotKey, conversationKey } = this.keys.of(owner).conversationInTier(id);
    const score = await this.redis.readScore(hotKey, conversationKey);
    return score !== undefined && score >= QUARANTINE_SCORE;
  }

  /** The ids of the owner's conversations that the record never had. */
  async unsavedIds(owner: Owner): Promise<string[]> {
    const { unsavedKey } = this.keys.of(owner);
    return unsavedKey === undefined ? [] : this.redis.readSet(unsavedKey);
  }

  /** How many conversations of the owner the record never had. */
  async unsavedCount(owner: Owner): Promise<number> {
    const { unsavedKey } = this.keys.of(owner);
    return unsavedKey === undefined ? 0 : this.redis.readSetSize(unsavedKey);
  }

  /**
   * Every conversation that Redis holds, marked or not, in batches. One that is written meanwhile may come twice.
   * @throws StoreUnavailableError
   */
  async *all(): AsyncGenerator<ConversationName[]> {
    for await (const { names } of this.redis.scanHashes(this.keys.conversationPattern)) {
      yield names.flatMap((key) => this.keys.conversationOf(key) ?? []);
    }
  }

  /** Marks a conversation that a store without a record wrote, or whose mark was lost. */
  async adopt(owner: Owner, id: string): Promise<'adopted' | 'known' | 'gone' | 'damaged'> {
    const call = TIER_SCRIPTS.adopt.with(this.keys.of(owner).conversationInTier(id), { id });
    const reply = (await this.redis.write(...call)) as ScriptReply;
    return replyOf(reply, {
      OK: 'adopted',
      KNOWN: 'known',
      GONE: 'gone',
      DAMAGED: 'damaged',
    } as const);
  }

  /** Where conversations stand: as Redis has them, deleted, or undefined when Redis does not have them. */
  async places(
    owner: Owner,
    ids: readonly string[],
  ): Promise<(Conversation | 'deleted' | undefined)[]> {
    const batches: Promise<(Conversation | 'deleted' | undefined)[]>[] = [];
    for (let start = 0; start < ids.length; start += BATCH) {
      batches.push(this.placesOf(owner, ids.slice(start, start + BATCH)));
    }
    return (await Promise.all(batches)).flat();
  }

  private async placesOf(
    owner: Owner,
    ids: readonly string[],
  ): Promise<(Conversation | 'deleted' | undefined)[]> {
    const keys = ids.map((id) => this.keys.of(owner).conversationInTier(id));
    const call = TIER_SCRIPTS.readPlaces.with(
      { keyPairs: keys.flatMap((of) => [of.conversationKey, of.tombstoneKey]) },
      { fieldNames: CONVERSATION_FIELDS },
    );
    const places = (await this.redis.read(...call)) as (Fields | 'deleted' | null)[];
    return places.map((place, i) => {
      if (place === 'deleted') return place;
      try {
        const id = ids[i] as string;
        return place ? decodeConversation(owner, id, place, this.sealing.of(owner, id)) : undefined;
      } catch {
        // The record has what can be read of it.
        return undefined;
      }
    });
  }

  /** Takes what has expired before it was ever saved out of the conversations that only Redis has. */
  async forgetExpired(owner: Owner): Promise<void> {
    const keys = this.keys.of(owner);
    const unsavedKey = keys.unsavedKey as string;
    const ids = await this.redis.readSet(unsavedKey);
    for (let start = 0; start < ids.length; start += BATCH) {
      const batch = ids.slice(start, start + BATCH);
      const conversationKeys = batch.map((id) => keys.conversation(id).conversationKey);
      const call = TIER_SCRIPTS.pruneUnsaved.with({ unsavedKey, conversationKeys }, { ids: batch });
      await this.redis.writeUnreplicated(...call);
    }
  }

  /**
   * After the record went back, and after {@link RedisFlushes.setRecovered}: whatever Redis holds of the
   * partition is unsaved again, but for the messages that only the record has.
   * @returns how many conversations were clean
   */
  async markAgain(partition: number): Promise<number> {
    const { hotKey } = this.keys.partition(partition);
    const members = await this.redis.readScored(hotKey, '-inf', '+inf');
    let marked = 0;
    for (let start = 0; start < members.length; start += BATCH) {
      const batch = members.slice(start, start + BATCH).map(([member]) => this.nameOf(member));
      const keys = batch.map(({ owner, id }) => this.keys.of(owner).conversationInTier(id));
      const call = TIER_SCRIPTS.markAgain.with(
        {
          hotKey,
          groupedKeys: keys.flatMap((of) => [of.conversationKey, of.messagesKey, of.expiriesKey]),
        },
        { ids: batch.map(({ id }) => id) },
      );
      const [, count] = (await this.redis.write(...call)) as ScriptReply;
      marked += count as number;
    }
    return marked;
  }

  /** What Redis holds of a partition, in batches, each read when it is asked for. */
  async *ofPartition(partition: number): AsyncGenerator<HotConversation[]> {
    const { hotKey } = this.keys.partition(partition);
    const members = await this.redis.readScored(hotKey, '-inf', '+inf');
    for (let start = 0; start < members.length; start += BATCH) {
      const batch = members.slice(start, start + BATCH);
      yield await Promise.all(batch.map((scored) => this.withRevision(scored)));
    }
  }

  /**
   * Renews the deadlines of what has been unsaved for long, where conversations never expire. A conversation
   * that expires does so unsaved, too.
   * @param now milliseconds by Redis' clock
   */
  async renewUnsaved(partition: number, now: number): Promise<void> {
    if (this.retentionMs !== null) return;
    const { hotKey } = this.keys.partition(partition);
    const [old, quarantined] = await Promise.all([
      this.redis.readScored(hotKey, 0, now - UNSAVED_TTL_MS / 2),
      this.redis.readScored(hotKey, QUARANTINE_SCORE, '+inf'),
    ]);
    for (const [member] of [...old, ...quarantined]) {
      const { owner, id } = this.nameOf(member);
      const keys = this.keys.of(owner).conversationInTier(id);
      await this.redis.write(...TIER_SCRIPTS.renewUnsaved.with(keys, { id, ttl: UNSAVED_TTL_MS }));
    }
  }

  /**
   * Renews the numbers of a partition, and takes out of its indices the clean conversations that left Redis longer ago than
   * `cleanGraceMs`, and the deletes that were finished longer ago than `deleteGraceMs`.
   * @returns how many entries
   */
  async sweepIndex(
    partition: number,
    { cleanGraceMs, deleteGraceMs }: { cleanGraceMs: number; deleteGraceMs: number },
  ): Promise<number> {
    const call = TIER_SCRIPTS.sweepIndex.with(this.keys.partition(partition), {
      cleanGrace: cleanGraceMs,
      deleteGrace: deleteGraceMs,
    });
    const [, count] = (await this.redis.writeUnreplicated(...call)) as ScriptReply;
    return count as number;
  }

  private async settleBatch(
    snapshots: readonly Snapshot[],
    { residencyMs, tail, number }: SettleOptions,
  ): Promise<SettleResult[]> {
    const [{ partition }] = snapshots as readonly [Snapshot];
    const { hotKey, flushKey } = this.keys.partition(partition);
    const groupedKeys: string[] = [];
    const args: (string | number)[] = [];
    for (const { owner, id, records, ...snapshot } of snapshots) {
      const keys = this.keys.of(owner).conversationInTier(id);
      groupedKeys.push(keys.conversationKey, keys.messagesKey, keys.expiriesKey, keys.unsavedKey);
      groupedKeys.push(keys.unsavedRecordsKey, keys.turnKey, keys.queueKey, keys.tombstoneKey);
      groupedKeys.push(keys.usageKey ?? keys.conversationKey);
      const { createdAt, revision, messageCount, state } = snapshot;
      args.push(id, createdAt, revision, messageCount, state?.version ?? '', records.length);
      for (const { key, record } of records) args.push(key, record);
    }
    const call = TIER_SCRIPTS.settle.with(
      { hotKey, flushKey, groupedKeys },
      { committed: number ?? '', residency: residencyMs, tail, snapshots: args },
    );
    const [, words] = (await this.redis.writeUnreplicated(...call)) as ScriptReply;
    return words as SettleResult[];
  }

  private async withRevision([member, score]: Scored): Promise<HotConversation> {
    const [revision] = await this.redis.readHash(member, ['revision']);
    const isUnsaved = score < QUARANTINE_SCORE ? 'unsaved' : 'quarantined';
    return {
      member,
      ...this.nameOf(member),
      revision: revision == null ? undefined : Number(revision),
      state: score < 0 ? 'clean' : isUnsaved,
    };
  }

  private nameOf(member: string): ConversationName {
    const name = this.keys.conversationOf(member);
    if (!name) throw new StoreFaultError('An index has a member that names no conversation.');
    return name;
  }
}
