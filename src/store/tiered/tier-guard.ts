import { Logger } from '@nestjs/common';
import { IDEMPOTENCY_WINDOW_MS } from '../../domain/idempotency.js';
import { dirtStates, type DirtState } from '../../observation/states.js';
import { PARTITIONS } from '../redis/partitions.js';
import type { RedisKeys } from '../redis/redis.keys.js';
import type { PartitionState } from '../redis/tier/redis.flushes.js';
import { StoreUnavailableError } from '../store.errors.js';
import type { Reconciliation } from './reconciliation.js';

/** What the guard needs to know of the servers behind the connection to Redis. */
export interface RedisServers {
  /** The name of the primary that has a key; '' while that is not known. */
  primaryOf(key: string): string;
  /** Names the run of a primary: another name after it was restarted or replaced. */
  instanceOf(primary: string): Promise<string>;
  /** Whether a primary deletes data when its memory is full. */
  mayEvict(primary: string): Promise<boolean>;
  /** Calls back whenever a connection has been lost or made. */
  onReconnect(listener: () => void): void;
}

/**
 * Refuses what could lose data. After each reconnection nothing is done in Redis until both tiers have
 * been compared, unless the very same server answers again. Nothing is written while Redis may evict
 * what is not saved yet, or while too much is not saved. In a cluster each primary counts for its own
 * partitions.
 */
export class TierGuard {
  private readonly logger = new Logger('Store');
  /** The primaries that may be used at once. */
  private readonly ready = new Set<string>();
  /** The runs of the primaries that were compared. */
  private readonly instances = new Map<string, string>();
  private readonly verifying = new Map<string, Promise<void>>();
  /** A key of each partition: it finds the primary. */
  private readonly partitionKeys: readonly string[];
  private connections = 0;
  /** Why nothing may be written; undefined when it may be. */
  private refusal: string | undefined;
  /** The primaries that delete data when their memory is full. */
  private readonly evicting = new Set<string>();
  /** How the partitions stood when they were last compared. */
  private readonly states = new Map<number, PartitionState>();
  /** When Redis lost data of a partition, in milliseconds since the epoch. */
  private readonly recoveries = new Map<number, number>();
  private readonly unobserve = dirtStates.add(() => this.dirt);

  constructor(
    private readonly servers: RedisServers,
    keys: RedisKeys,
    private readonly reconciliation: Reconciliation,
    private readonly maxDirtyConversations: number,
  ) {
    this.partitionKeys = Array.from(
      { length: PARTITIONS },
      (_, partition) => keys.partition(partition).flushKey,
    );
    servers.onReconnect(() => {
      this.connections++;
      this.ready.clear();
    });
  }

  close(): void {
    this.unobserve();
  }

  /** Whether Redis may be used at once. */
  isReady(partition: number): boolean {
    return this.ready.has(this.primaryOf(partition));
  }

  /** Compares the tiers before the next use of the partition, even if the same server answers. */
  suspect(partition: number): void {
    const primary = this.primaryOf(partition);
    this.ready.delete(primary);
    this.instances.delete(primary);
  }

  /**
   * Resolves when Redis may be used.
   * @throws StoreUnavailableError
   */
  async untilReady(partition: number): Promise<void> {
    while (!this.isReady(partition)) {
      const primary = this.primaryOf(partition);
      let verifying = this.verifying.get(primary);
      if (!verifying) {
        verifying = this.verify(primary).finally(() => this.verifying.delete(primary));
        this.verifying.set(primary, verifying);
      }
      await verifying;
    }
  }

  /**
   * Resolves when some of Redis may be used.
   * @throws StoreUnavailableError
   */
  async untilSomeReady(): Promise<void> {
    if (this.ready.size === 0) await this.untilReady(0);
  }

  /** @throws StoreUnavailableError when Redis must not be written to */
  assertWritable(): void {
    if (this.refusal !== undefined) throw refused(this.refusal);
  }

  /** Whether Redis may have lost the idempotency records of a partition that PostgreSQL has. */
  hasLostRecords(partition: number): boolean {
    const recoveredAt = this.recoveries.get(partition);
    return recoveredAt !== undefined && Date.now() - recoveredAt < IDEMPOTENCY_WINDOW_MS;
  }

  /**
   * Compares the tiers, and learns how they stand: of Redis also when PostgreSQL does not answer.
   * @returns the states of the partitions whose primaries answer
   * @throws StoreUnavailableError when none does, or PostgreSQL does not
   */
  async compare(): Promise<readonly PartitionState[]> {
    const partitions = new Map<string, number[]>();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const primary = this.primaryOf(partition);
      partitions.set(primary, [...(partitions.get(primary) ?? []), partition]);
    }
    // One that was replaced is asked no more.
    for (const primary of this.evicting)
      if (!partitions.has(primary)) this.evicting.delete(primary);
    const compared = await Promise.allSettled(
      [...partitions].map(([primary, some]) =>
        this.compareSome(primary, some, this.instances.get(primary)),
      ),
    );
    const states = compared.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    const failure = compared.find((one) => one.status === 'rejected');
    if (states.length === 0 && failure) throw failure.reason;
    return states;
  }

  private async compareSome(
    primary: string,
    partitions: readonly number[],
    instance: string | undefined,
  ): Promise<readonly PartitionState[]> {
    if (await this.servers.mayEvict(primary)) this.evicting.add(primary);
    else this.evicting.delete(primary);
    return this.reconciliation.run(partitions, instance, (states) => this.learn(states));
  }

  private learn(states: readonly PartitionState[]): void {
    for (const state of states) {
      const { partition, recoveredAt } = state;
      this.states.set(partition, state);
      if (recoveredAt !== undefined) this.recoveries.set(partition, recoveredAt);
    }
    this.decide();
  }

  private get dirt(): DirtState {
    const oldest = [...this.states.values()].map(({ oldestUnsavedMs = 0 }) => oldestUnsavedMs);
    return {
      conversations: this.sum(({ unsaved }) => unsaved),
      maxConversations: this.maxDirtyConversations,
      oldestSeconds: Math.max(0, ...oldest) / 1000,
      quarantined: this.sum(({ quarantined }) => quarantined),
      refusesWrites: this.refusal !== undefined,
    };
  }

  private sum(count: (state: PartitionState) => number): number {
    return [...this.states.values()].reduce((sum, state) => sum + count(state), 0);
  }

  private decide(): void {
    const unsaved = this.sum(({ unsaved: count }) => count);
    const max = this.maxDirtyConversations;
    const evicts =
      'Redis may evict what is not saved in PostgreSQL yet: set maxmemory-policy noeviction.';
    const isFull = `${max} conversations or more are not saved in PostgreSQL yet (MAX_DIRTY_CONVERSATIONS).`;
    const before = this.refusal;
    this.refusal = this.evicting.size > 0 ? evicts : unsaved >= max ? isFull : undefined;
    if (this.refusal === before) return;
    if (this.refusal === undefined) this.logger.log('Writes are accepted again.');
    else this.logger.error(`Writes get 503. ${this.refusal}`);
  }

  private async verify(primary: string): Promise<void> {
    const { connections } = this;
    const instance = await this.servers.instanceOf(primary);
    if (this.instances.get(primary) !== instance) {
      const own = this.partitionKeys.flatMap((key, partition) =>
        this.servers.primaryOf(key) === primary ? [partition] : [],
      );
      await this.compareSome(primary, own, instance);
      this.instances.set(primary, instance);
    }
    // With a reconnection meanwhile, it may be another server by now.
    if (connections === this.connections) this.ready.add(primary);
  }

  private primaryOf(partition: number): string {
    return this.servers.primaryOf(this.partitionKeys[partition] as string);
  }
}

function refused(message: string): StoreUnavailableError {
  return new StoreUnavailableError(message, { mayHaveBeenApplied: false });
}
