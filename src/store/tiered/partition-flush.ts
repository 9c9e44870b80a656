import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { FlushNumber } from '../postgres/record/flush-numbers.js';
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
import type { SaveResult } from '../postgres/record/save-verdict.js';
import type { FlushBeginning } from '../redis/tier/redis.flushes.js';
import type { RedisTier } from '../redis/tier/redis.tier.js';
import { StoreFaultError } from '../store.errors.js';
import type { Snapshot } from '../snapshot.js';

/**
 * What one transaction saves: about so much, and never a part of a conversation. With five times as many
 * conversations a flush is half as long, and requests wait up to ten times as long behind it.
 */
const BATCH = { conversations: 100, bytes: 4 * 1024 * 1024 } as const;

/**
 * Conversations that a pass saves at most, and those of one partition: more would be in memory at once, and
 * would be saved after their lease has run out. Of each partition it takes some.
 */
const PASS = { all: 50_000, most: 2_000, least: 50 } as const;

export interface PartitionFlushOptions {
  /** Milliseconds for which a saved conversation stays in Redis. */
  readonly residencyMs: number;
  /** Messages of a long conversation that stay in Redis. */
  readonly tail: number;
  /** Milliseconds after which another process may flush a partition whose flusher has stopped. */
  readonly leaseMs: number;
}

/** What a pass did with a partition. */
export interface PartitionReport {
  /** The members of the index of the partition that PostgreSQL has now. */
  readonly saved: string[];
  /** Messages that were sent to PostgreSQL with them. */
  savedMessages: number;
  /**
   * `done`: all that was unsaved when the pass began is saved. `more`: another pass has to save the rest.
   * `busy`: another process flushes the partition. `unverified`: one of the tiers may have gone back.
   * `failed`: its primary does not answer.
   */
  outcome: 'done' | 'more' | 'busy' | 'unverified' | 'failed';
  /** Whether some of it was changed meanwhile. */
  hasMarks: boolean;
  /** Whether some of it, which is saved, belongs to a turn that has not ended. */
  hasTurns: boolean;
}

interface Lease {
  readonly partition: number;
  readonly report: PartitionReport;
  /** The number of the last flush that PostgreSQL has committed under this lease. */
  committed?: number;
}

interface Marked {
  readonly lease: Lease;
  readonly member: string;
}

interface Unsaved extends Marked {
  readonly snapshot: Snapshot;
}

/**
 * Saves what Redis holds unsaved of some partitions: takes the lease of each, reads its conversations, saves
 * them in few transactions, and clears their marks, each only at the revision that was saved. A process
 * that stops anywhere in between leaves marks, and the next pass saves the same again, which changes
 * nothing.
 */
export class PartitionFlush {
  private readonly logger = new Logger('Store');
  private readonly token = randomUUID();

  constructor(
    private readonly tier: RedisTier,
    private readonly record: PostgresRecord,
    private readonly guard: {
      /** Resolves when Redis may be used. */
      untilReady(partition: number): Promise<void>;
      /** Whether it may be used at once. */
      isReady(partition: number): boolean;
    },
    private readonly options: PartitionFlushOptions,
  ) {}

  /**
   * One pass. Only one may run at a time.
   * @throws StoreUnavailableError
   */
  async run(partitions: readonly number[]): Promise<ReadonlyMap<number, PartitionReport>> {
    // All that is unsaved would be read from Redis for nothing.
    this.record.assertAnswers();
    const reports = new Map<number, PartitionReport>();
    const leases: Lease[] = [];
    const marked: Marked[] = [];
    const failures: unknown[] = [];
    const share = Math.floor(PASS.all / partitions.length);
    const limit = Math.max(PASS.least, Math.min(PASS.most, share));
    const begin = async (partition: number): Promise<void> => {
      const report: PartitionReport = {
        saved: [],
        savedMessages: 0,
        outcome: 'done',
        hasMarks: false,
        hasTurns: false,
      };
      reports.set(partition, report);
      const begun = await this.begin(partition, limit).catch((error: unknown) => {
        // In a cluster the partitions of the other primaries go on.
        report.outcome = 'failed';
        failures.push(error);
      });
      if (!begun) return;
      if (begun.result !== 'begun') {
        report.outcome = begun.result === 'busy' ? 'busy' : 'unverified';
        return;
      }
      const lease: Lease = { partition, report };
      leases.push(lease);
      if (begun.unsaved.length === limit) report.outcome = 'more';
      for (const { member } of begun.unsaved) marked.push({ lease, member });
    };
    try {
      await allOf(partitions.map(begin));
      if (failures.length === partitions.length) throw failures[0];
      await this.saveAll(marked);
    } finally {
      await this.end(leases);
    }
    return reports;
  }

  private async begin(partition: number, limit: number): Promise<FlushBeginning> {
    await this.guard.untilReady(partition);
    return this.tier.flushes.begin(partition, this.token, this.options.leaseMs, limit);
  }

  private async saveAll(marked: readonly Marked[]): Promise<void> {
    for (let start = 0; start < marked.length;) {
      const wanted = marked.slice(start, start + BATCH.conversations);
      const found = await this.tier.snapshots.take(
        wanted.map(({ member }) => member),
        BATCH.bytes,
      );
      const read = found.map((result, i) => ({ ...(wanted[i] as Marked), ...result }));
      const damaged = read.filter(({ result }) => result === 'damaged');
      await allOf(
        damaged.map(({ member }) => {
          return this.quarantine(member, 'a part of it is missing, or cannot be read');
        }),
      );
      const snapshots = read.flatMap((one) => ('snapshot' in one ? [one] : []));
      await this.settle(snapshots.filter(({ result }) => result === 'saved'));
      await this.save(snapshots.filter(({ result }) => result === 'unsaved'));
      start += found.length;
    }
  }

  /** One transaction. The numbers are raised behind the reads: whoever has a number has what was read. */
  private async save(batch: readonly Unsaved[]): Promise<void> {
    const numbers = await this.raise(new Set(batch.map(({ lease }) => lease)));
    const saved = batch.filter(({ lease }) => numbers.has(lease.partition));
    if (saved.length === 0) return;
    const results = await this.write(saved, numbers);
    if (!results) return;
    const committed = saved.filter((_, i) => results[i] === 'saved');
    for (const { lease, member, snapshot } of committed) {
      lease.committed = numbers.get(lease.partition)?.number as number;
      lease.report.saved.push(member);
      lease.report.savedMessages += snapshot.elements.length;
    }
    await allOf([
      this.settle(committed, numbers),
      ...saved.map((one, i) => this.takeRefusal(one, results[i])),
    ]);
  }

  /**
   * Undefined when PostgreSQL takes one of them for wrong: each half is then saved alone, until the one is
   * found and holds up no other.
   */
  private async write(
    batch: readonly Unsaved[],
    numbers: ReadonlyMap<number, FlushNumber>,
  ): Promise<readonly SaveResult[] | undefined> {
    try {
      return await this.record.save(
        numbers,
        batch.map(({ snapshot }) => snapshot),
      );
    } catch (error) {
      if (!(error instanceof StoreFaultError)) throw error;
      const [only] = batch;
      if (only && batch.length === 1) {
        this.logger.error('PostgreSQL refuses a conversation.', error);
        await this.quarantine(only.member, 'PostgreSQL refuses it');
        return undefined;
      }
    }
    const middle = Math.ceil(batch.length / 2);
    await this.save(batch.slice(0, middle));
    await this.save(batch.slice(middle));
    return undefined;
  }

  private async raise(leases: ReadonlySet<Lease>): Promise<Map<number, FlushNumber>> {
    const numbers = new Map<number, FlushNumber>();
    await allOf(
      [...leases].map(async ({ partition, report, committed = 0 }) => {
        const { leaseMs } = this.options;
        // It may be another Redis by now, which does not have what was read, and a number that is raised in it
        // would hide that. A comparison of the tiers ends this lease there.
        if (!this.guard.isReady(partition)) {
          report.outcome = 'unverified';
          return;
        }
        const raised = await this.tier.flushes.raise(partition, this.token, leaseMs);
        if (!raised) report.outcome = 'busy';
        else {
          const known = Math.max(committed, raised.committed);
          numbers.set(partition, { number: raised.number, committed: known });
        }
      }),
    );
    return numbers;
  }

  private async takeRefusal(
    { lease, member, snapshot }: Unsaved,
    result: SaveResult | undefined,
  ): Promise<void> {
    const { owner, id, revision } = snapshot;
    switch (result) {
      case 'saved':
        return;
      case 'deleted':
        await this.tier.hot.drop(owner, id, { revision, withTurns: true });
        return;
      case 'mismatch':
        if (await this.finishDelete(snapshot)) {
          lease.report.outcome = 'more';
          return;
        }
        await this.quarantine(member, 'its messages differ from those that PostgreSQL has');
        return;
      default:
        lease.report.outcome = 'unverified';
    }
  }

  /**
   * The conversation may have the id of one that was deleted, and that PostgreSQL still has: its tombstone is
   * under way, or nobody saved it.
   * @returns whether that was so, and the conversation can be saved now
   */
  private async finishDelete({ owner, id, revision, firstSeq }: Snapshot): Promise<boolean> {
    const tombstone = await this.tier.deletes.tombstoneOf(owner, id);
    if (tombstone === undefined || tombstone >= revision || firstSeq !== 1) return false;
    const [stored] = await this.record.revisions([{ owner, id }]);
    if (typeof stored !== 'number' || stored >= tombstone) return false;
    await this.record.bury(owner, [{ id, revision: tombstone, records: [] }]);
    return true;
  }

  /** @param numbers of the flush that saved these; without them, PostgreSQL had these before. */
  private async settle(
    batch: readonly Unsaved[],
    numbers?: ReadonlyMap<number, FlushNumber>,
  ): Promise<void> {
    const { residencyMs, tail } = this.options;
    const byLease = new Map<Lease, Snapshot[]>();
    for (const { lease, snapshot } of batch) {
      const snapshots = byLease.get(lease);
      if (snapshots) snapshots.push(snapshot);
      else byLease.set(lease, [snapshot]);
    }
    await allOf(
      [...byLease].map(async ([{ partition, report }, snapshots]) => {
        const number = numbers?.get(partition)?.number;
        const options = { residencyMs, tail, ...(number !== undefined && { number }) };
        const results = await this.tier.hot.settleAll(snapshots, options);
        if (results.some((one) => one === 'changed' || one === 'damaged')) report.hasMarks = true;
        if (results.includes('pinned')) report.hasTurns = true;
      }),
    );
  }

  private async quarantine(member: string, reason: string): Promise<void> {
    await this.tier.hot.quarantine(member);
    const id = member.slice(member.lastIndexOf(':') + 1);
    this.logger.error(
      `Conversation ${id} stays in Redis, and is not saved in PostgreSQL any more: ${reason}.`,
    );
  }

  /** Others need not wait for the leases to run out. One that cannot be given up now does. */
  private async end(leases: readonly Lease[]): Promise<void> {
    await Promise.allSettled(
      leases.map(({ partition, committed }) =>
        this.tier.flushes.end(partition, this.token, committed),
      ),
    );
  }
}

/** Resolves when all have, and rejects with the first failure once none goes on. */
async function allOf(promises: readonly Promise<void>[]): Promise<void> {
  for (const settled of await Promise.allSettled(promises)) {
    if (settled.status === 'rejected') throw settled.reason;
  }
}
