import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { IDEMPOTENCY_WINDOW_MS } from '../../domain/idempotency.js';
import { hasQuota } from '../../domain/owner-quota.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { TURN_RETENTION_MS } from '../../domain/turn.js';
import { StoreUnavailableError } from '../store.errors.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import type { Statement } from './connection/statement.js';
import {
  FORGET_BYTES,
  PURGE_CONVERSATIONS,
  PURGE_COUNTS,
  PURGE_EVENTS,
  PURGE_OWNERS,
  PURGE_RECORDS,
  PURGE_TOMBSTONES,
  type PurgedRow,
} from './statements/purge.js';
import type { SqlValue } from './statements/statement.js';

/** Milliseconds between two purges of a process. */
const INTERVAL_MS = 60_000;

/** Milliseconds by which a deadline has passed when the conversation is purged. */
const GRACE_MS = 60 * 60 * 1_000;

/** Milliseconds from the deletion of a conversation until its tombstone is purged. */
const TOMBSTONE_MS = 30 * 24 * 60 * 60 * 1_000;

/** A turn that has run for the longest time can still be read for its retention. */
const EVENTS_MS = 2 * TURN_RETENTION_MS;

/** Milliseconds from the end of a window of a rate limit until its count is purged. */
const COUNTS_MS = 60_000;

/** The purge pauses for so many times as long as its latest batch took. */
const PAUSES = 4;

/** Any number that no other program uses for an advisory lock in the database. */
const LOCK = 0x636f_6e76;

/**
 * Deletes what has expired: conversations by their deadline, tombstones, idempotency records, events of turns, counts of
 * requests. Only one process does at a time, in small batches, and no batch begins while requests wait for a connection.
 */
export class PostgresPurge {
  private readonly logger = new Logger('Store');
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly connection: PostgresConnection,
    private readonly limits: Pick<StoreLimits, 'ttlMs' | 'ownerQuotaBytes'>,
    /** Is asked before each batch. */
    private readonly mayPurge: () => boolean = () => true,
  ) {}

  /** Begins to purge every minute. */
  start(): void {
    this.running = this.repeat();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /**
   * Deletes all that has expired by now.
   * @returns how many conversations it deleted
   * @throws StoreUnavailableError
   */
  async purge(): Promise<number> {
    const { ttlMs } = this.limits;
    const batch = { lock: LOCK };
    const older = (ms: number) => ({ lock: LOCK, ms });
    let conversations = 0;
    const passes = [
      async () => {
        if (ttlMs === null) return;
        const values = PURGE_CONVERSATIONS.values(older(ttlMs + GRACE_MS));
        conversations = await this.empty(PURGE_CONVERSATIONS, values);
      },
      () => this.empty(PURGE_TOMBSTONES, PURGE_TOMBSTONES.values(older(TOMBSTONE_MS))),
      () => this.empty(PURGE_RECORDS, PURGE_RECORDS.values(older(IDEMPOTENCY_WINDOW_MS))),
      () => this.empty(PURGE_EVENTS, PURGE_EVENTS.values(older(EVENTS_MS))),
      () => this.empty(PURGE_COUNTS, PURGE_COUNTS.values(older(COUNTS_MS))),
      () => this.empty(PURGE_OWNERS, PURGE_OWNERS.values(batch)),
      async () => {
        if (!hasQuota(this.limits)) await this.empty(FORGET_BYTES, FORGET_BYTES.values(batch));
      },
    ];
    const failures: unknown[] = [];
    for (const pass of passes) {
      // One whose statement takes too long must not hold up the others.
      await pass().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
    return conversations;
  }

  private async repeat(): Promise<void> {
    for (;;) {
      await this.pause(INTERVAL_MS * (0.5 + Math.random()));
      if (this.isStopped) return;
      try {
        await this.purge();
      } catch (error) {
        this.logError(error);
      }
    }
  }

  /** Runs a statement until it finds nothing more to delete. */
  private async empty(statement: Statement, values: readonly SqlValue[]): Promise<number> {
    let total = 0;
    for (;;) {
      await this.giveWay();
      if (this.isStopped || !this.mayPurge()) break;
      const begun = performance.now();
      const [row] = await this.connection.write<PurgedRow>(statement, values);
      const { deleted, victims } = row as PurgedRow;
      total += deleted;
      // What was changed meanwhile is the business of the next purge.
      if (victims === 0 || deleted === 0) break;
      await this.pause(PAUSES * (performance.now() - begun));
    }
    return total;
  }

  /** Without a cause, PostgreSQL is away, which the log has said already. */
  private logError(error: unknown): void {
    if (!(error instanceof StoreUnavailableError)) this.logger.error('The purge failed.', error);
    else if (error.cause) this.logger.warn(`The purge has not finished: ${error.message}`);
  }

  private get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async giveWay(): Promise<void> {
    while (this.connection.waitingCount > 0 && !this.isStopped) await this.pause(100);
  }

  private async pause(ms: number): Promise<void> {
    const { signal } = this.stopping;
    await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
