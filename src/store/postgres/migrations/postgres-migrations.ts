import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Pool } from 'pg';
import { StoreUnavailableError } from '../../store.errors.js';
import { isReply, needsOperator } from '../connection/error-reply.js';
import type { PostgresConnectionOptions } from '../connection/options.js';
import { toStoreError } from '../connection/to-store-error.js';
import { migrate, migrationsOf } from './migrate.js';
import { withMigrationPool } from './migration-pool.js';

/** Milliseconds until the next attempt while PostgreSQL is away. */
const RETRY_MS = 500;

/** Milliseconds until the next attempt when an operator has to act first. */
const FAILED_RETRY_MS = 5_000;

type Outcome = 'done' | 'away' | 'failed';

export interface MigrationListener {
  /** The tables are up to date. */
  onDone(): Promise<void>;
  /** PostgreSQL is away, or refuses. */
  onAway(error: Error): void;
}

/** Brings the tables up to date when the service starts, or later when PostgreSQL is away at the start. */
export class PostgresMigrations {
  private readonly logger = new Logger('Store');
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: PostgresConnectionOptions,
    private readonly listener: MigrationListener,
  ) {}

  /** Resolves after the first attempt. After one that failed, it goes on in the background. */
  async start(): Promise<void> {
    const outcome = await this.attempt();
    if (outcome !== 'done') this.running = this.retry(outcome);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async retry(outcome: Outcome): Promise<void> {
    const { signal } = this.stopping;
    while (outcome !== 'done') {
      const ms = outcome === 'away' ? RETRY_MS : FAILED_RETRY_MS;
      await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      outcome = await this.attempt();
    }
  }

  private async attempt(): Promise<Outcome> {
    const { signal } = this.stopping;
    try {
      const run = (pool: Pool) => migrate(pool, migrationsOf({}));
      const ran = await withMigrationPool(this.options, run, signal);
      for (const name of ran) this.logger.log(`The tables have migration ${name}.`);
    } catch (error) {
      return signal.aborted ? 'failed' : this.report(error as Error);
    }
    if (!signal.aborted) await this.listener.onDone();
    return 'done';
  }

  private report(error: Error): Outcome {
    const cause = toStoreError(error, false);
    if (cause instanceof StoreUnavailableError) {
      this.listener.onAway(error);
      return isReply(error) && needsOperator(error) ? 'failed' : 'away';
    }
    this.logger.error('A migration failed.', cause);
    return 'failed';
  }
}
