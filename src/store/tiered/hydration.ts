import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import { hydrationFacts } from '../../observation/facts.js';
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
import type { RedisTier } from '../redis/tier/redis.tier.js';
import { ConversationDamagedError, StoreUnavailableError } from '../store.errors.js';

/** Milliseconds until the next look while another process hydrates the conversation. */
const WAIT_MS = 10;

/** Bytes of messages that come into Redis with a conversation; one message comes at least. */
const TAIL_BYTES = 256 * 1024;

export interface HydrationOptions {
  /** Milliseconds that a statement of PostgreSQL takes at most. */
  readonly timeoutMs: number;
  readonly residencyMs: number;
  /** Messages that come into Redis with a conversation at most. */
  readonly tail: number;
}

export interface Hydrated {
  /** Whether Redis has the conversation now. */
  readonly isHot: boolean;
  /** The revision of its tombstone, when it was deleted. */
  readonly deletedRevision?: number;
}

/** Brings conversations from PostgreSQL into Redis. Those who miss the same one at once load it once. */
export class Hydration {
  private readonly running = new Map<string, Promise<Hydrated>>();

  constructor(
    private readonly tier: RedisTier,
    private readonly record: PostgresRecord,
    private readonly options: HydrationOptions,
  ) {}

  /** @throws StoreUnavailableError */
  hydrate(owner: Owner, id: string): Promise<Hydrated> {
    const key = `${ownerKey(owner)} ${id}`;
    let hydrating = this.running.get(key);
    if (!hydrating) {
      hydrating = this.observed(owner, id).finally(() => this.running.delete(key));
      this.running.set(key, hydrating);
    }
    return hydrating;
  }

  private async observed(owner: Owner, id: string): Promise<Hydrated> {
    const begunAt = performance.now();
    let outcome: 'hot' | 'absent' | 'failed' = 'failed';
    try {
      const hydrated = await this.attempt(owner, id);
      outcome = hydrated.isHot ? 'hot' : 'absent';
      return hydrated;
    } finally {
      hydrationFacts.publish({ outcome, tookMs: performance.now() - begunAt });
    }
  }

  /**
   * Reserves the id in Redis before it reads PostgreSQL, and fills under that reservation alone: a write or
   * a delete of the id in between ends it, and what was read is then too old. The reservation outlives
   * the statement.
   */
  private async attempt(owner: Owner, id: string): Promise<Hydrated> {
    const { timeoutMs } = this.options;
    const giveUpAt = performance.now() + timeoutMs;
    const token = randomUUID();
    for (;;) {
      const reservation = await this.tier.fills.reserve(owner, id, token, 2 * timeoutMs);
      if (reservation.result === 'hot') return { isHot: true };
      if (reservation.result === 'deleted') {
        return { isHot: false, deletedRevision: reservation.revision };
      }
      if (reservation.result === 'reserved') {
        const hydrated = await this.fill(owner, id, token);
        if (hydrated) return hydrated;
        // Somebody has written or deleted it: that is known at once.
        continue;
      }
      if (performance.now() >= giveUpAt) throw busy();
      await delay(WAIT_MS);
    }
  }

  /** Undefined when the reservation was lost. */
  private async fill(owner: Owner, id: string, token: string): Promise<Hydrated | undefined> {
    const { tail, residencyMs } = this.options;
    try {
      const loaded = await this.record.load(owner, id, { tail, tailBytes: TAIL_BYTES });
      if (loaded && !('deleted' in loaded)) {
        const result = await this.tier.fills.fill(owner, id, token, loaded, residencyMs);
        if (result === 'lost') return undefined;
        if (result === 'damaged') {
          throw new ConversationDamagedError(id, 'Some of its messages are missing.');
        }
        return { isHot: result === 'filled' };
      }
      await this.tier.fills.cancel(owner, id, token);
      return { isHot: false, ...(loaded && { deletedRevision: loaded.deleted }) };
    } catch (error) {
      // It runs out by itself where this fails, too.
      await this.tier.fills.cancel(owner, id, token).catch(() => undefined);
      throw error;
    }
  }
}

function busy(): StoreUnavailableError {
  return new StoreUnavailableError('Another process is loading the conversation.', {
    mayHaveBeenApplied: false,
  });
}
