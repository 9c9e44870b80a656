import { setTimeout as delay } from 'node:timers/promises';
import type { Sealing } from './sealing.js';

/** How far a reseal has come. */
export interface ResealProgress {
  /** 1, 2, 3 … */
  readonly pass: number;
  /** Conversations that the pass has seen: in two tiers, one may count twice. */
  readonly conversations: number;
  /** Texts that all passes have sealed anew. */
  readonly resealed: number;
  /** Where another run can go on. */
  readonly position: string;
}

export interface ResealOptions {
  readonly sealing: Sealing;
  /** A position of an earlier run. */
  readonly from?: string | undefined;
  /** Stops the run between two batches. */
  readonly signal?: AbortSignal | undefined;
  /** Is called after each batch. */
  readonly onProgress?: ((progress: ResealProgress) => void) | undefined;
  /** Is called once for each conversation with a text that cannot be opened. The reason quotes no text. */
  readonly onDamage?: ((conversationId: string, reason: string) => void) | undefined;
}

/** Counts what the walks of a reseal do, and tells them when to stop. */
export class ResealRun {
  pass = 1;
  conversations = 0;
  resealed = 0;
  /** Texts that somebody else changed before they could be replaced. */
  missed = 0;
  position = '';
  private readonly damagedIds = new Set<string>();

  constructor(private readonly options: ResealOptions) {}

  get sealing(): Sealing {
    return this.options.sealing;
  }

  get isStopped(): boolean {
    return this.options.signal?.aborted === true;
  }

  get damaged(): number {
    return this.damagedIds.size;
  }

  beginPass(pass: number): void {
    this.pass = pass;
    this.conversations = 0;
  }

  /** After a batch of `found` texts that were not current, of which so many were replaced. */
  noteReplaced(found: number, replaced: number): void {
    this.resealed += replaced;
    this.missed += found - replaced;
  }

  noteDamage(conversationId: string, error: unknown): void {
    if (this.damagedIds.has(conversationId)) return;
    this.damagedIds.add(conversationId);
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? `${message} ${cause.message}` : message;
    this.options.onDamage?.(conversationId, reason);
  }

  /** All before this position is done. */
  advance(position: string): void {
    this.position = position;
    const { pass, conversations, resealed } = this;
    this.options.onProgress?.({ pass, conversations, resealed, position });
  }

  /** Waits, unless it is stopped. */
  async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.options.signal }).catch(() => undefined);
  }
}
