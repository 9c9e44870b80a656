import { setTimeout as delay } from 'node:timers/promises';
import { MAX_TURN_EVENTS, type TurnEnding, type TurnEvent, type TurnRef } from '../domain/turn.js';
import type { IdempotencyClaim } from '../domain/idempotency.js';
import type { ConversationStore } from '../store/conversation-store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import type { TurnOutcome } from '../store/turn-store.js';
import type { Chunk } from './chunk.js';
import { InvalidOutputError } from './invalid-output.error.js';
import { AutoResetEvent } from './turn-notifier.js';

/** A turn that has its conversation. */
export interface HeldTurn extends TurnRef {
  readonly idempotency?: IdempotencyClaim | undefined;
}

export interface LeaseOptions {
  readonly leaseMs: number;
  readonly timeoutMs: number;
}

/** What a lease tells of. */
export interface LeaseListener {
  /** Events are where everybody can read them. */
  sent(): void;
  /** Somebody wants the turn to end. */
  cancelRequested(): void;
  /** The conversation is somebody else's, or was out of reach for too long. */
  lost(error: unknown): void;
}

/** What comes within this time goes to the store together, and text as one event. */
const FLUSH_MS = 50;
/** A turn that says nothing asks this often whether it is cancelled. */
const QUIET_MS = 1_000;
const RETRY_MS = 100;
/** Kept free for how a turn ends. */
const LAST_EVENTS = 10;

/**
 * Holds a turn's lease, and carries its events to the store: each of them once, also when an answer
 * of the store is lost, since the store knows their numbers.
 */
export class TurnLease {
  private readonly work = new AutoResetEvent();
  private readonly closing = new AutoResetEvent();
  private readonly keeping: Promise<void>;
  private isClosing = false;
  private unsent: Chunk[] = [];
  /** Sent, and not known to have arrived. */
  private inFlight: TurnEvent[] = [];
  private lastSeq = 0;
  private sentAt = -Infinity;
  private heldUntil: number;

  constructor(
    private readonly store: ConversationStore,
    private readonly turn: HeldTurn,
    private readonly options: LeaseOptions,
    private readonly listener: LeaseListener,
  ) {
    this.heldUntil = performance.now() + options.leaseMs;
    this.keeping = this.keep();
  }

  /** @throws InvalidOutputError when there are too many events */
  tell(chunks: readonly Chunk[]): void {
    for (const chunk of chunks) this.add(chunk);
    this.work.ring();
  }

  /** Renews it now, and learns whether the turn is cancelled. */
  renew(): void {
    this.work.ring();
  }

  /**
   * Ends the turn with its last chunks. Can be called again with another end when it was refused.
   * @throws what `endTurn` throws
   */
  async end(
    chunks: readonly Chunk[],
    ending: Omit<TurnEnding, 'events' | 'idempotency'>,
  ): Promise<TurnOutcome> {
    await this.release();
    const { idempotency } = this.turn;
    const events = [...this.inFlight, ...number([...this.unsent, ...chunks], this.lastSeq)];
    for (;;) {
      try {
        const all = { ...ending, events, idempotency };
        return await this.store.endTurn(this.turn, all);
      } catch (error) {
        if (!this.isWorthRetrying(error)) throw error;
        await delay(RETRY_MS);
      }
    }
  }

  /** Renews it no more. */
  async release(): Promise<void> {
    this.isClosing = true;
    this.work.ring();
    this.closing.ring();
    await this.keeping;
  }

  private async keep(): Promise<void> {
    const quietMs = Math.min(QUIET_MS, this.options.leaseMs / 3);
    // Even one that talks all the time it has does not run out of events.
    const flushMs = Math.max(FLUSH_MS, this.options.timeoutMs / (MAX_TURN_EVENTS / 2));
    for (;;) {
      await this.work.wait(quietMs);
      const early = this.sentAt + flushMs - performance.now();
      if (early > 0 && !this.isClosing) await this.closing.wait(early);
      if (this.isClosing || !(await this.advance())) return;
    }
  }

  /** Whether the turn goes on. */
  private async advance(): Promise<boolean> {
    const { leaseMs } = this.options;
    while (!this.isClosing) {
      this.take();
      const now = (this.sentAt = performance.now());
      try {
        const step = { leaseMs, events: this.inFlight };
        const answer = await this.store.advanceTurn(this.turn, step);
        this.inFlight = [];
        this.heldUntil = now + leaseMs;
        this.listener.sent();
        if (answer.cancelRequested) this.listener.cancelRequested();
        return true;
      } catch (error) {
        if (!this.isWorthRetrying(error)) {
          this.listener.lost(error);
          return false;
        }
        await this.closing.wait(RETRY_MS);
      }
    }
    return true;
  }

  private isWorthRetrying(error: unknown): boolean {
    return error instanceof StoreUnavailableError && performance.now() < this.heldUntil;
  }

  private add(chunk: Chunk): void {
    const last = this.unsent.at(-1);
    if (chunk.type === 'text-delta' && last?.type === 'text-delta' && last['id'] === chunk['id']) {
      const delta = String(last['delta']) + String(chunk['delta']);
      this.unsent[this.unsent.length - 1] = { ...last, delta };
      return;
    }
    if (this.lastSeq + this.unsent.length >= MAX_TURN_EVENTS - LAST_EVENTS) {
      throw new InvalidOutputError(`A turn has at most ${MAX_TURN_EVENTS} events.`);
    }
    this.unsent.push(chunk);
  }

  /** Takes what is unsent on its way. */
  private take(): void {
    this.inFlight = [...this.inFlight, ...number(this.unsent, this.lastSeq)];
    this.lastSeq += this.unsent.length;
    this.unsent = [];
  }
}

function number(chunks: readonly Chunk[], lastSeq: number): TurnEvent[] {
  return chunks.map((chunk, i) => ({ seq: lastSeq + i + 1, data: JSON.stringify(chunk) }));
}
