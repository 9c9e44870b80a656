import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
import type { RedisTier } from '../redis/tier/redis.tier.js';
import type { PartitionState } from '../redis/tier/redis.flushes.js';
import { StoreUnavailableError } from '../store.errors.js';

/** Milliseconds until the next look while another process has the lease of a partition. */
const WAIT_MS = 50;

/** Partitions that are mended at a time. */
const AT_ONCE = 16;

export interface ReconciliationOptions {
  /** Milliseconds after which another process may go on with a partition. */
  readonly leaseMs: number;
  /** Milliseconds that a reconciliation waits for other processes. */
  readonly waitMs: number;
}

/** A partition as both tiers number its flushes. */
interface Compared {
  readonly partition: number;
  readonly state: PartitionState;
  /** The number of its last flush in PostgreSQL; undefined when it was never flushed. */
  readonly recorded: number | undefined;
  /** The number of its last delete in PostgreSQL, read before the state and after it. */
  readonly deletes: { readonly before: number; readonly after: number };
}

/**
 * Finds out whether one of the tiers has gone back in time, and mends it. Each flush of a partition has a
 * number, which is raised in Redis behind the reads of what is flushed, and stored in PostgreSQL with it.
 *
 * Each delete has a number, too.
 *
 * - PostgreSQL has a higher number than Redis: Redis has lost what it had acknowledged (a replica was promoted,
 *   a copy was restored, or it was emptied). What PostgreSQL has at a higher revision then leaves Redis.
 * - Redis knows of a committed number that PostgreSQL does not have: PostgreSQL has lost commits. All that Redis
 *   still holds is unsaved again.
 */
export class Reconciliation {
  private readonly logger = new Logger('Store');
  private readonly token = randomUUID();

  constructor(
    private readonly tier: RedisTier,
    private readonly record: PostgresRecord,
    private readonly options: ReconciliationOptions,
  ) {}

  /**
   * Compares partitions, and mends those that differ.
   * @param instance the run of Redis, which is then noted: flushes that began under another run are to fail
   * @param onStates gets how they stand in Redis, also when PostgreSQL does not answer
   * @returns how they stand in Redis
   * @throws StoreUnavailableError
   */
  async run(
    partitions: readonly number[],
    instance: string | undefined,
    onStates: (states: readonly PartitionState[]) => void,
  ): Promise<readonly PartitionState[]> {
    const giveUpAt = performance.now() + this.options.waitMs;
    for (;;) {
      // In this order a flush that commits in between only makes PostgreSQL's numbers higher …
      const compared = await this.compare(partitions, onStates);
      const differing = compared.filter((one) => differs(one, instance));
      const isNew = ({ state, recorded }: Compared) =>
        state.number === undefined && recorded === undefined;
      await Promise.all(
        differing.filter(isNew).map(({ partition }) => this.tier.flushes.init(partition, instance)),
      );
      const others = differing.filter((one) => !isNew(one));
      if (others.length === 0) return compared.map(({ state }) => state);
      // … so a partition is compared again under its lease, when nobody flushes it.
      await this.mend(
        others.map(({ partition }) => partition),
        instance,
      );
      if (performance.now() >= giveUpAt) throw unmended();
    }
  }

  /** A delete in between makes only Redis' number higher, or only PostgreSQL's. */
  private async compare(
    partitions: readonly number[],
    onStates: (states: readonly PartitionState[]) => void = () => undefined,
  ): Promise<Compared[]> {
    const [deletesBefore] = await Promise.allSettled([this.record.deleteNumbers()]);
    const states = await Promise.all(
      partitions.map((partition) => this.tier.flushes.partitionState(partition)),
    );
    onStates(states);
    if (deletesBefore.status === 'rejected') throw deletesBefore.reason;
    const [numbers, deletesAfter] = await Promise.all([
      this.record.flushNumbers(),
      this.record.deleteNumbers(),
    ]);
    return states.map((state) => ({
      partition: state.partition,
      state,
      recorded: numbers.get(state.partition),
      deletes: {
        before: deletesBefore.value.get(state.partition) ?? 0,
        after: deletesAfter.get(state.partition) ?? 0,
      },
    }));
  }

  private async mend(partitions: readonly number[], instance: string | undefined): Promise<void> {
    const { leaseMs } = this.options;
    const taken = await Promise.all(
      partitions.map(async (partition) => {
        const { result } = await this.tier.flushes.begin(partition, this.token, leaseMs, 1);
        return result === 'busy' ? [] : [partition];
      }),
    );
    const leased = new Set(taken.flat());
    // The others are being mended, or flushed, by another process.
    if (leased.size === 0) await delay(WAIT_MS);
    try {
      const compared = await this.compare([...leased]);
      const differing = compared.filter((one) => differs(one, instance));
      for (let start = 0; start < differing.length; start += AT_ONCE) {
        await Promise.all(
          differing.slice(start, start + AT_ONCE).map((one) => this.mendPartition(one, instance)),
        );
      }
    } finally {
      await Promise.allSettled(
        [...leased].map((partition) => this.tier.flushes.end(partition, this.token)),
      );
    }
  }

  private mendPartition(one: Compared, instance: string | undefined): Promise<void> {
    if (hasRedisLost(one)) return this.mendRedis(one, instance);
    if (hasPostgresLost(one)) return this.mendPostgres(one, instance);
    return this.renew(one, instance);
  }

  /** A flush that began under another run of Redis has read what this one may have lost: it is to fail. */
  private async renew(
    { partition, recorded = 0 }: Compared,
    instance: string | undefined,
  ): Promise<void> {
    const number = await this.record.fence(partition, recorded);
    if (number === undefined) return;
    const recovery = { wentBack: 'none', instance } as const;
    await this.tier.flushes.setRecovered(partition, this.token, number, recovery);
  }

  /** Redis went back. Its number is set last: a process that stops before that leaves it to the next one. */
  private async mendRedis(
    { partition, recorded = 0, deletes }: Compared,
    instance: string | undefined,
  ): Promise<void> {
    const number = await this.record.fence(partition, recorded);
    // A flush that began long ago has committed just now: compare again.
    if (number === undefined) return;
    this.logger.warn(
      `Redis has lost changes of partition ${partition}: it continues with what PostgreSQL has.`,
    );
    for await (const conversations of this.tier.hot.ofPartition(partition)) {
      const stored = await this.record.revisions(conversations);
      await Promise.all(
        conversations.flatMap(({ owner, id, revision = 0 }, i) => {
          const found = stored[i];
          const storedRevision = typeof found === 'object' ? found.deleted : (found ?? 0);
          // Another process may have mended it by now, and it may have been written since.
          return storedRevision > revision ? [this.tier.hot.drop(owner, id, { revision })] : [];
        }),
      );
    }
    await this.tier.flushes.setRecovered(partition, this.token, number, {
      wentBack: 'redis',
      deletes: deletes.before,
      instance,
    });
  }

  /** PostgreSQL went back. It gets a new number, too, so that no flush from before commits later. */
  private async mendPostgres(
    { partition, state, recorded = 0, deletes }: Compared,
    instance: string | undefined,
  ): Promise<void> {
    const number = await this.record.fence(partition, recorded);
    if (number === undefined) return;
    this.logger.warn(
      `PostgreSQL has lost changes of partition ${partition}: what Redis holds of it is saved again.`,
    );
    // Before: a process that stops in between leaves the rest to the next one. And after: until then a flush
    // that PostgreSQL has lost may still clear its marks.
    await this.tier.hot.markAgain(partition);
    await this.tier.deletes.reopen(partition);
    const { deletes: last = 0 } = state;
    await this.record.raiseDeletes({ partition, number: last, buried: deletes.after });
    await this.tier.flushes.setRecovered(partition, this.token, number, {
      wentBack: 'record',
      deletes: last,
      instance,
    });
    await this.tier.hot.markAgain(partition);
  }
}

function differs(one: Compared, instance: string | undefined): boolean {
  const isOfAnotherRun = instance !== undefined && one.state.instance !== instance;
  return hasRedisLost(one) || hasPostgresLost(one) || isOfAnotherRun;
}

function hasRedisLost({ state, recorded = 0, deletes }: Compared): boolean {
  const { number } = state;
  return number === undefined || number < recorded || (state.deletes ?? 0) < deletes.before;
}

function hasPostgresLost({ state, recorded = 0, deletes }: Compared): boolean {
  return (state.committed ?? 0) > recorded || (state.buried ?? 0) > deletes.after;
}

function unmended(): StoreUnavailableError {
  return new StoreUnavailableError('Redis and PostgreSQL are being compared.', {
    mayHaveBeenApplied: false,
  });
}
