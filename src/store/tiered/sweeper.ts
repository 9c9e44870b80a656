import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { PARTITIONS } from '../redis/partitions.js';
import type { RedisTier } from '../redis/tier/redis.tier.js';
import { StoreUnavailableError } from '../store.errors.js';
import type { TieredDeletion } from './deletion.js';
import type { Flusher } from './flusher.js';
import type { TierGuard } from './tier-guard.js';

/** Milliseconds between two sweeps of a process, about: one takes Redis 20 ms, in a thousand scripts. */
const INTERVAL_MS = 10_000;

/** Milliseconds after which what is unsaved is nobody's: its writer would have flushed it. */
const ABANDONED_MS = 3_000;

/** Milliseconds after which a delete is nobody's. */
const UNFINISHED_MS = 10_000;

/** Milliseconds of unsaved changes from which on the purge waits: an access may be among them. */
const PURGE_LAG_MS = 60_000;

/** The indices of a partition are tidied once in so many sweeps. */
const TIDY_ROUNDS = 12;

export interface SweepOptions {
  /** Milliseconds for which Redis remembers finished deletes: as far back as PostgreSQL may go. */
  readonly residencyMs: number;
}

/**
 * Looks through all partitions now and then: compares the tiers, and finishes what a process left that has
 * stopped. Every process sweeps. The lease of a partition keeps two from doing the same.
 */
export class Sweeper {
  private readonly logger = new Logger('Store');
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** When nothing had been unsaved for long. */
  private savedAt = -Infinity;
  private sweeps = 0;

  constructor(
    private readonly tier: RedisTier,
    private readonly guard: TierGuard,
    private readonly flusher: Flusher,
    private readonly deletion: TieredDeletion,
    private readonly options: SweepOptions,
  ) {}

  start(): void {
    this.running = this.repeat();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Whether PostgreSQL may delete what has expired there: it knows of every access until lately. */
  get mayPurge(): boolean {
    return performance.now() - this.savedAt < PURGE_LAG_MS;
  }

  /** @throws StoreUnavailableError */
  async sweep(): Promise<void> {
    const states = await this.guard.compare();
    const lags = states.map(({ oldestUnsavedMs = 0 }) => oldestUnsavedMs);
    // Of a primary that does not answer nobody knows what is unsaved.
    const isWhole = states.length === PARTITIONS;
    if (isWhole && Math.max(...lags) < PURGE_LAG_MS) this.savedAt = performance.now();
    // Before what may fail.
    for (const { partition, oldestUnsavedMs = 0 } of states) {
      if (oldestUnsavedMs >= ABANDONED_MS) this.flusher.note(partition);
    }
    const round = this.sweeps++ % TIDY_ROUNDS;
    for (const state of states) {
      const { partition, pendingDeletes, now } = state;
      if (pendingDeletes > 0) await this.deletion.finishPending(state, now - UNFINISHED_MS);
      if (partition % TIDY_ROUNDS === round) await this.tidy(partition, now);
    }
  }

  private async tidy(partition: number, now: number): Promise<void> {
    const { residencyMs } = this.options;
    await this.tier.hot.renewUnsaved(partition, now);
    await this.tier.deletes.renew(partition, now);
    const grace = { cleanGraceMs: residencyMs, deleteGraceMs: residencyMs };
    await this.tier.hot.sweepIndex(partition, grace);
  }

  private async repeat(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      const ms = INTERVAL_MS * (0.75 + Math.random() / 2);
      await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      await this.sweep().catch((error: unknown) => {
        // An outage is in the log already.
        if (error instanceof StoreUnavailableError) return;
        this.logger.error('The sweep over both tiers failed.', error);
      });
    }
  }
}
