import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import { IDEMPOTENCY_WINDOW_MS, type IdempotencyClaim } from '../../domain/idempotency.js';
import type { Owner } from '../../domain/owner.js';
import { TurnLostError, TurnNotFoundError } from '../../domain/turn.errors.js';
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
import type { RedisKeys } from '../redis/redis.keys.js';
import type { RedisTier } from '../redis/tier/redis.tier.js';
import { hotStates } from '../../observation/states.js';
import { ConversationDamagedError, StoreUnavailableError } from '../store.errors.js';
import type { Flusher } from './flusher.js';
import type { Hydration } from './hydration.js';
import type { TieredQuota } from './tiered-quota.js';
import type { TierGuard } from './tier-guard.js';

export interface WriteModeOptions {
  readonly writeMode: 'back' | 'through';
  /** Milliseconds that a write waits for PostgreSQL at most. */
  readonly timeoutMs: number;
  /** Absent without a quota. */
  readonly quota?: TieredQuota;
}

export interface HotWriteOptions {
  readonly claim?: IdempotencyClaim | undefined;
  /** A turn that has begun may end, also when Redis takes no other writes. */
  readonly ofTurn?: boolean;
}

/**
 * Runs operations in Redis, on conversations that may have left it: an operation that misses its
 * conversation is run again once PostgreSQL's has been brought back.
 */
export class HotOperations {
  private hits = 0;
  private misses = 0;
  private readonly unobserve = hotStates.add(() => ({ hits: this.hits, misses: this.misses }));

  constructor(
    private readonly keys: RedisKeys,
    private readonly tier: RedisTier,
    private readonly record: PostgresRecord,
    private readonly guard: TierGuard,
    private readonly hydration: Hydration,
    private readonly flusher: Flusher,
    private readonly options: WriteModeOptions,
  ) {}

  close(): void {
    this.unobserve();
  }

  /**
   * Resolves when deletes can be written to both tiers.
   * @throws StoreUnavailableError
   */
  async untilDeletable(owner: Owner): Promise<void> {
    await this.untilReady(owner);
    this.guard.assertWritable();
    this.record.assertAnswers();
  }

  /** @throws what the operation throws, and StoreUnavailableError */
  async read<T>(owner: Owner, id: string, operation: () => Promise<T>): Promise<T> {
    return this.orHydrated(owner, id, operation);
  }

  /** A read that is not about one conversation. */
  async readAll<T>(owner: Owner, operation: () => Promise<T>): Promise<T> {
    await this.untilReady(owner);
    return operation();
  }

  /**
   * A write, which PostgreSQL will have soon, or has when this resolves in the mode `through`.
   * @throws what the operation throws, and StoreUnavailableError
   */
  async write<T>(
    owner: Owner,
    id: string,
    operation: () => Promise<T>,
    { claim, ofTurn = false }: HotWriteOptions = {},
  ): Promise<T> {
    const { writeMode, quota } = this.options;
    const partition = this.keys.partitionOf(owner);
    await this.untilReady(owner);
    if (!ofTurn) this.guard.assertWritable();
    if (writeMode === 'through') this.record.assertAnswers();
    if (claim && this.guard.hasLostRecords(partition)) await this.restoreRecord(owner, claim);
    try {
      const run = () => this.orHydrated(owner, id, operation);
      const result = await (quota ? quota.run(owner, run) : run());
      if (writeMode === 'through') await this.saveThrough(owner, id);
      return result;
    } finally {
      // Also when it failed: its reply may have been lost.
      this.flusher.note(partition);
    }
  }

  /** Saves what was just written. When that fails, the write stays in Redis, and is saved later. */
  private async saveThrough(owner: Owner, id: string): Promise<void> {
    try {
      await this.flusher.save(this.keys.partitionOf(owner), this.options.timeoutMs);
    } catch (error) {
      throw unsaved({ cause: error });
    }
    if (await this.tier.hot.isQuarantined(owner, id)) throw unsaved();
  }

  private async untilReady(owner: Owner): Promise<void> {
    const partition = this.keys.partitionOf(owner);
    if (!this.guard.isReady(partition)) await this.guard.untilReady(partition);
  }

  private async orHydrated<T>(owner: Owner, id: string, operation: () => Promise<T>): Promise<T> {
    await this.untilReady(owner);
    try {
      const result = await operation();
      this.hits++;
      return result;
    } catch (error) {
      if (error instanceof ConversationDamagedError) {
        // What is saved can be loaded again. What is not must not be touched.
        const dropped = await this.tier.hot.drop(owner, id, { onlyClean: true });
        if (dropped !== 'dropped') throw error;
      } else if (!isMiss(error)) {
        throw error;
      }
      this.misses++;
      const { isHot } = await this.hydration.hydrate(owner, id);
      if (!isHot) throw error;
    }
    // It may be another Redis by now, which has an earlier state of it, or nothing.
    if (!this.guard.isReady(this.keys.partitionOf(owner))) {
      return this.orHydrated(owner, id, operation);
    }
    return operation();
  }

  /** Redis has lost the record of the key, if there was one: PostgreSQL may have it. */
  private async restoreRecord(owner: Owner, { key }: IdempotencyClaim): Promise<void> {
    const found = await this.record.findRecord(owner, key);
    const ttlMs = IDEMPOTENCY_WINDOW_MS - (found?.ageMs ?? 0);
    if (found && ttlMs > 0) {
      await this.tier.fills.restoreRecord(owner, key, found.record, ttlMs);
    }
  }
}

/** A conversation that has left Redis has no turn there either. */
function isMiss(error: unknown): boolean {
  return (
    error instanceof ConversationNotFoundError ||
    error instanceof TurnNotFoundError ||
    error instanceof TurnLostError
  );
}

function unsaved(options?: ErrorOptions): StoreUnavailableError {
  return new StoreUnavailableError('Redis has the change, and PostgreSQL does not have it yet.', {
    ...options,
    mayHaveBeenApplied: true,
  });
}
