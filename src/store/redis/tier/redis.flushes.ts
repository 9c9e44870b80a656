import { StoreUnavailableError } from '../../store.errors.js';
import type { ScriptReply } from '../codecs/script-reply.js';
import { PARTITIONS } from '../partitions.js';
import type { RedisKeys } from '../redis.keys.js';
import { replyOf } from './reply-of.js';
import type { TierConnection } from './tier-connection.js';
import { TIER_SCRIPTS } from './tier.scripts.js';

/** What Redis knows of a partition. Times are in milliseconds by its own clock. */
export interface PartitionState {
  readonly partition: number;
  /** Of the last flush that was numbered; absent until somebody has compared both tiers. */
  readonly number?: number;
  /** Of the last flush that the record is known to have committed. */
  readonly committed?: number;
  /** Of the last delete. */
  readonly deletes?: number;
  /** Of the last delete whose tombstone the record is known to have. */
  readonly buried?: number;
  /** The run of Redis under which the partition was compared. */
  readonly instance?: string;
  /** When Redis was found to have gone back. */
  readonly recoveredAt?: number;
  /** Conversations that have changes the record does not have, without those in quarantine. */
  readonly unsaved: number;
  /** For how long the oldest of them has been unsaved. */
  readonly oldestUnsavedMs?: number;
  readonly quarantined: number;
  /** Deletes whose tombstone the record is not known to have. */
  readonly pendingDeletes: number;
  /** The clock of Redis. */
  readonly now: number;
}

export type FlushBeginning =
  | {
      readonly result: 'begun';
      /** Of the last flush that was numbered. */
      readonly number: number;
      /** Unsaved conversations, the longest unsaved first, and since when each is. */
      readonly unsaved: readonly { readonly member: string; readonly since: number }[];
    }
  /** Another flusher has the lease. */
  | { readonly result: 'busy' }
  /** The lease is taken, and the partition has no number yet: {@link RedisFlushes.init} or {@link RedisFlushes.setRecovered} gives it one. */
  | { readonly result: 'unknown' };

/** The number of a flush. */
export interface RaisedNumber {
  readonly number: number;
  /** Of the last flush that the record is known to have committed; 0 when there was none. */
  readonly committed: number;
}

/** Which tier lost what it had acknowledged. */
type TierThatWentBack = 'redis' | 'record';

/** What a partition gets besides the number of its fence. */
export interface Recovery {
  /** `none`: neither is known to have; flushes that have begun under another run of Redis are to fail. */
  readonly wentBack: TierThatWentBack | 'none';
  /** The number of the last delete that the record has; absent to leave what Redis knows. */
  readonly deletes?: number | undefined;
  /** The run of Redis under which the tiers were compared. */
  readonly instance?: string | undefined;
}

/** The flushes of the partitions: who flushes one, and the numbers by which the record refuses a late flush. */
export class RedisFlushes {
  constructor(
    private readonly redis: TierConnection,
    private readonly keys: RedisKeys,
  ) {}

  /**
   * The states of all partitions in their order. In a cluster, the partitions of a node that is away are left out.
   * @throws StoreUnavailableError when all are away
   */
  async partitionStates(): Promise<PartitionState[]> {
    const reads = Array.from({ length: PARTITIONS }, (_, i) => this.partitionState(i));
    const states: PartitionState[] = [];
    let failure: unknown;
    for (const read of await Promise.allSettled(reads)) {
      if (read.status === 'fulfilled') states.push(read.value);
      else if (read.reason instanceof StoreUnavailableError) failure ??= read.reason;
      else throw read.reason;
    }
    if (states.length === 0) throw failure;
    return states;
  }

  async partitionState(partition: number): Promise<PartitionState> {
    const call = TIER_SCRIPTS.readPartition.with(this.keys.partition(partition), {});
    const reply = (await this.redis.read(...call)) as PartitionReply;
    const [number, committed, recoveredAt, unsaved, since, quarantined, pendingDeletes, now] =
      reply;
    const [deletes, buried, instance] = reply.slice(8) as (string | null)[];
    return {
      partition,
      ...(number !== null && { number: Number(number) }),
      ...(committed !== null && { committed: Number(committed) }),
      ...(deletes != null && { deletes: Number(deletes) }),
      ...(buried != null && { buried: Number(buried) }),
      ...(instance != null && { instance }),
      ...(recoveredAt !== null && { recoveredAt: Number(recoveredAt) }),
      unsaved,
      ...(since !== null && { oldestUnsavedMs: Math.max(0, now - Number(since)) }),
      quarantined,
      pendingDeletes,
      now,
    };
  }

  /** Gives a partition that no tier knows the number 0. One that has a number keeps it. */
  async init(partition: number, instance = ''): Promise<void> {
    const keys = this.keys.partition(partition);
    await this.redis.write(...TIER_SCRIPTS.initFlush.with(keys, { instance }));
  }

  /**
   * After the record fenced the partition: takes over its number, as the last one and the committed one, and
   * ends the lease of every other flusher. From then on no earlier flush clears a mark.
   * @returns false when the partition has a higher number by now
   */
  async setRecovered(
    partition: number,
    token: string,
    number: number,
    { wentBack, deletes, instance }: Recovery = { wentBack: 'redis' },
  ): Promise<boolean> {
    const call = TIER_SCRIPTS.recoverFlush.with(this.keys.partition(partition), {
      token,
      number,
      deletes: deletes ?? '',
      instance: instance ?? '',
      redisWentBack: Number(wentBack === 'redis'),
    });
    const reply = (await this.redis.write(...call)) as ScriptReply;
    return replyOf(reply, { OK: true, LATE: false });
  }

  /** Takes the lease of the partition, or renews it, and lists up to `limit` unsaved conversations. */
  async begin(
    partition: number,
    token: string,
    leaseMs: number,
    limit: number,
  ): Promise<FlushBeginning> {
    const call = TIER_SCRIPTS.beginFlush.with(this.keys.partition(partition), {
      token,
      lease: leaseMs,
      limit,
    });
    const [word, number, flat] = (await this.redis.writeUnreplicated(...call)) as ScriptReply;
    if (word === 'BUSY') return { result: 'busy' };
    if (word === 'UNKNOWN') return { result: 'unknown' };
    const texts = flat as string[];
    const unsaved = Array.from({ length: texts.length / 2 }, (_, i) => ({
      member: texts[2 * i] as string,
      since: Number(texts[2 * i + 1]),
    }));
    return { result: 'begun', number: Number(number), unsaved };
  }

  /**
   * Renews the lease and numbers the flush, after its snapshots were read and before the record gets them.
   * @returns undefined when the lease is another's
   */
  async raise(
    partition: number,
    token: string,
    leaseMs: number,
  ): Promise<RaisedNumber | undefined> {
    const call = TIER_SCRIPTS.raiseFlush.with(this.keys.partition(partition), {
      token,
      lease: leaseMs,
    });
    const [word, number, committed] = (await this.redis.write(...call)) as ScriptReply;
    return word === 'OK' ? { number: number as number, committed: Number(committed) } : undefined;
  }

  /**
   * Ends the lease.
   * @param committed the number that the record has committed, which is stored also when the lease is another's
   * @returns false when the lease is another's
   */
  async end(partition: number, token: string, committed?: number): Promise<boolean> {
    const call = TIER_SCRIPTS.endFlush.with(this.keys.partition(partition), {
      token,
      committed: committed ?? '',
    });
    const reply = (await this.redis.writeUnreplicated(...call)) as ScriptReply;
    return replyOf(reply, { OK: true, LOST: false });
  }
}

/** The result of read-partition.lua. */
type PartitionReply = readonly [
  number: string | null,
  committed: string | null,
  recoveredAt: string | null,
  unsaved: number,
  since: string | null,
  quarantined: number,
  pendingDeletes: number,
  now: number,
  deletes: string | null,
  buried: string | null,
  instance: string | null,
];
