import { setTimeout as delay } from 'node:timers/promises';
import { MAX_TURN_EVENTS, type TurnEnding, type TurnRef } from '../domain/turn.js';
import type { ConversationStore } from '../store/conversation-store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import type { TurnOutcome } from '../store/turn-store.js';
import { AutoResetEvent } from './auto-reset-event.js';
import type { Chunk } from './chunk.js';
import { EventBuffer } from './event-buffer.js';
import { flushIntervalMs } from './flush-pace.js';
import type { TurnOptions } from './turns.options.js';

export interface LeaseListener {
  /** The store has the events: every process can read them. */
  published(): void;
  /** A user or another turn asks this turn to end. */
  cancelRequested(): void;
  /** Another turn has the conversation, or the store was away for longer than the lease. */
  lost(error: unknown): void;
}

export interface LeaseOptions extends Pick<TurnOptions, 'leaseMs' | 'timeoutMs'> {
  /** How many turns run in this process now. */
  readonly runningTurns: () => number;
}

/** A turn that publishes nothing learns this often whether it is to be cancelled. */
const IDLE_RENEW_MS = 1_000;
const RETRY_MS = 100;

/** The lease of a running turn. Each call that renews the lease also carries the turn's events. */
export class TurnLease {
  private readonly buffer = new EventBuffer();
  private readonly renewDue = new AutoResetEvent();
  private readonly stopped = new AutoResetEvent();
  private isStopped = false;
  private renewLoop: Promise<void> | undefined;
  private sentAt = -Infinity;
  private heldUntil = -Infinity;

  constructor(
    private readonly store: ConversationStore,
    private readonly ref: TurnRef,
    private readonly options: LeaseOptions,
    private readonly listener: LeaseListener,
  ) {}

  /** Renews the lease from now on. Call it when the turn has begun. */
  start(): void {
    this.heldUntil = performance.now() + this.options.leaseMs;
    this.renewLoop = this.renewUntilStopped();
  }

  /** @throws InvalidOutputError when the turn has too many events */
  publish(chunks: readonly Chunk[]): void {
    for (const chunk of chunks) this.buffer.add(chunk);
    this.renewDue.set();
  }

  /** Renews the lease at once, and so learns whether the turn is to be cancelled. */
  renewNow(): void {
    this.renewDue.set();
  }

  /**
   * Ends the turn with its last chunks. When the store refuses this end, call it again with another.
   * @throws what `endTurn` throws
   */
  async end(chunks: readonly Chunk[], ending: Omit<TurnEnding, 'events'>): Promise<TurnOutcome> {
    await this.stop();
    const { end, replies, conversationStatus, idempotency } = ending;
    const events = this.buffer.allWith(chunks);
    for (;;) {
      try {
        const whole = { end, replies, events, conversationStatus, idempotency };
        return await this.store.endTurn(this.ref, whole);
      } catch (error) {
        if (!this.mayRetry(error)) throw error;
        await delay(RETRY_MS);
      }
    }
  }

  /** Renews the lease no more, and waits for the call that is on its way. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.renewDue.set();
    this.stopped.set();
    await this.renewLoop;
  }

  private async renewUntilStopped(): Promise<void> {
    const idleMs = Math.min(IDLE_RENEW_MS, this.options.leaseMs / 3);
    for (;;) {
      await this.renewDue.wait(idleMs);
      const tooEarlyMs = this.sentAt + this.flushMs - performance.now();
      if (tooEarlyMs > 0 && !this.isStopped) await this.stopped.wait(tooEarlyMs);
      if (this.isStopped || !(await this.renew())) return;
    }
  }

  private get flushMs(): number {
    const { leaseMs, timeoutMs, runningTurns } = this.options;
    // However many turns run, each renews its lease in time.
    const paceMs = Math.min(flushIntervalMs(runningTurns()), leaseMs / 3);
    // A turn that publishes until its timeout must not reach the bound of events.
    return Math.max(paceMs, timeoutMs / (MAX_TURN_EVENTS / 2));
  }

  /** Returns false when the lease is lost. */
  private async renew(): Promise<boolean> {
    const { leaseMs } = this.options;
    while (!this.isStopped) {
      const events = this.buffer.batch();
      this.sentAt = performance.now();
      const heldUntil = this.sentAt + leaseMs;
      try {
        const { cancelRequested } = await this.store.advanceTurn(this.ref, { leaseMs, events });
        this.buffer.confirm();
        this.heldUntil = heldUntil;
        this.listener.published();
        if (cancelRequested) this.listener.cancelRequested();
        return true;
      } catch (error) {
        if (!this.mayRetry(error)) {
          this.listener.lost(error);
          return false;
        }
        await this.stopped.wait(RETRY_MS);
      }
    }
    return true;
  }

  private mayRetry(error: unknown): boolean {
    return error instanceof StoreUnavailableError && performance.now() < this.heldUntil;
  }
}
