import { setTimeout as delay } from 'node:timers/promises';
import type { Turn, TurnEnding, TurnRef } from '../domain/turn.js';
import type { ConversationStore } from '../store/conversation-store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import type { TurnOutcome } from '../store/turn-store.js';
import { AutoResetEvent } from './auto-reset-event.js';
import type { Chunk } from './chunk.js';
import type { DeliveryPace } from './delivery-pace.js';
import { EventBuffer } from './event-buffer.js';
import { flushIntervalMs, FULL_LENGTH } from './flush-pace.js';
import { LiveTurn } from './live-turn.js';
import type { TurnOptions } from './turns.options.js';

export interface LeaseListener {
  /** A user or another turn asks this turn to end. */
  cancelRequested(): void;
  /** Another turn has the conversation, or the store was away for longer than the lease. */
  lost(error: unknown): void;
}

export interface LeaseOptions extends Pick<TurnOptions, 'leaseMs' | 'timeoutMs'> {
  /** How many turns run in this process now. */
  readonly runningTurns: () => number;
  /** Of all followers in this process. */
  readonly deliveryPace: DeliveryPace;
}

/** A turn that publishes nothing learns this often whether it is to be cancelled. */
const IDLE_RENEW_MS = 1_000;
const RETRY_MS = 100;

/** Characters of events that the store has not confirmed. A turn with more of them waits for the store. */
const MAX_PENDING_LENGTH = 128 * 1024;

/**
 * The lease of a running turn. Each call that renews the lease also carries the turn's events. Followers in
 * this process do not wait for that: they see the events at once, through {@link live}.
 */
export class TurnLease {
  readonly live: LiveTurn;
  private readonly buffer = new EventBuffer();
  private readonly renewDue = new AutoResetEvent();
  private readonly hurried = new AutoResetEvent();
  private readonly confirmed = new AutoResetEvent();
  private readonly stopped = new AutoResetEvent();
  private isStopped = false;
  private isAsked = false;
  private renewLoop: Promise<void> | undefined;
  private sentAt = -Infinity;
  private followedUntil = -Infinity;

  constructor(
    private readonly store: ConversationStore,
    private readonly ref: TurnRef,
    turn: Turn,
    private readonly options: LeaseOptions,
    private readonly listener: LeaseListener,
  ) {
    this.live = new LiveTurn(ref, turn, this.buffer, options.deliveryPace);
  }

  /**
   * Renews the lease from now on. Call it when the turn has begun.
   * @param calledAt when the turn was called for: this process may have been stopped since
   */
  start(calledAt: number): void {
    this.sentAt = calledAt;
    this.live.hold(calledAt + this.options.leaseMs);
    this.renewLoop = this.renewUntilStopped();
  }

  /** @throws InvalidOutputError when the turn has too many bytes of events */
  publish(chunks: readonly Chunk[]): void {
    if (chunks.length === 0) return;
    for (const chunk of chunks) this.buffer.add(chunk);
    this.live.notify();
    this.renewDue.set();
    if (this.buffer.pendingLength >= FULL_LENGTH) this.hurried.set();
  }

  /** How many events it has published. */
  get eventCount(): number {
    return this.buffer.lastSeq;
  }

  /** Whether the turn must wait for the store before it publishes more. */
  get isFull(): boolean {
    return this.buffer.pendingLength > MAX_PENDING_LENGTH && !this.isStopped;
  }

  /** Waits until the store has confirmed events, or the signal aborts. */
  async waitForRoom(signal: AbortSignal): Promise<void> {
    const abort = (): void => this.confirmed.set();
    signal.addEventListener('abort', abort);
    while (this.isFull && !signal.aborted) await this.confirmed.wait(IDLE_RENEW_MS);
    signal.removeEventListener('abort', abort);
  }

  /** Renews the lease at once, and so learns whether the turn is to be cancelled. */
  renewNow(): void {
    this.isAsked = true;
    this.renewDue.set();
    this.hurried.set();
  }

  /**
   * Ends the turn with its last chunks. Followers get them when the store has them. When the store refuses
   * this end, call it again with another.
   * @throws what `endTurn` throws
   */
  async end(chunks: readonly Chunk[], ending: Omit<TurnEnding, 'events'>): Promise<TurnOutcome> {
    await this.stop();
    while (this.buffer.isLong) await this.patiently(() => this.advance());
    const events = this.buffer.allWith(chunks);
    const outcome = await this.patiently(() => this.store.endTurn(this.ref, { ...ending, events }));
    // An earlier call has ended the turn in another way, and its answer was lost: the store has its last events.
    if (outcome.turn.status !== ending.end) return outcome;
    this.buffer.conclude(events);
    this.live.conclude(outcome.turn);
    return outcome;
  }

  /** Renews the lease no more, and waits for the call that is on its way. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.renewDue.set();
    this.hurried.set();
    this.confirmed.set();
    this.stopped.set();
    await this.renewLoop;
  }

  private async renewUntilStopped(): Promise<void> {
    const idleMs = Math.min(IDLE_RENEW_MS, this.options.leaseMs / 3);
    for (;;) {
      await this.renewDue.wait(idleMs);
      for (;;) {
        const tooEarlyMs = this.sentAt + this.flushMs - performance.now();
        if (tooEarlyMs <= 0 || this.isStopped) break;
        await this.hurried.wait(tooEarlyMs);
      }
      if (this.isStopped || !(await this.renew())) return;
    }
  }

  private get flushMs(): number {
    const { leaseMs, runningTurns } = this.options;
    const isFollowed = performance.now() < this.followedUntil;
    const isUrgent = isFollowed || this.isAsked || this.buffer.pendingLength >= FULL_LENGTH;
    // However many turns run, each renews its lease in time.
    return Math.min(flushIntervalMs(runningTurns(), isUrgent), leaseMs / 3);
  }

  /** Returns false when the lease is lost. */
  private async renew(): Promise<boolean> {
    while (!this.isStopped) {
      try {
        if (await this.advance()) this.listener.cancelRequested();
        return true;
      } catch (error) {
        if (!this.mayRetry(error)) {
          this.live.leave();
          this.listener.lost(error);
          return false;
        }
        await this.stopped.wait(RETRY_MS);
      }
    }
    return true;
  }

  /** @returns whether the turn is to be cancelled */
  private async advance(): Promise<boolean> {
    const { leaseMs } = this.options;
    const events = this.buffer.batch();
    this.isAsked = false;
    this.sentAt = performance.now();
    const { sentAt } = this;
    const renewal = await this.store.advanceTurn(this.ref, { leaseMs, events });
    this.buffer.confirm(events);
    this.confirmed.set();
    this.live.hold(sentAt + leaseMs);
    this.followedUntil = sentAt + renewal.followedMs;
    if (this.buffer.pendingLength > 0) this.renewDue.set();
    return renewal.cancelRequested;
  }

  /** Calls the store again while it is away and the lease may still be held. */
  private async patiently<Result>(call: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!this.mayRetry(error)) throw error;
        await delay(RETRY_MS);
      }
    }
  }

  private mayRetry(error: unknown): boolean {
    return error instanceof StoreUnavailableError && this.live.isHeldAt(performance.now());
  }
}
