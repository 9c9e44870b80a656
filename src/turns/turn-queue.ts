import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { ConversationNotFoundError } from '../domain/conversation.errors.js';
import { TurnConflictError, TurnNotFoundError, TurnsStoppedError } from '../domain/turn.errors.js';
import type { Message } from '../domain/message.js';
import type { NewTurn, TurnBeginning, TurnRef } from '../domain/turn.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { RunningTurns } from './running-turns.js';
import type { BegunTurn, ReplayedTurn } from './begun-turn.js';
import { TURN_OPTIONS } from './turns.module-definition.js';
import type { TurnOptions } from './turns.options.js';

const POLL_MS = 150;
/** When an answer of the store was lost, the turn may have begun, and no process runs it. */
const ATTEMPTS = 3;

/** Begins turns. A turn waits in the store's queue while another turn has its conversation. */
@Injectable()
export class TurnQueue {
  constructor(
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
    private readonly running: RunningTurns,
    @Inject(TURN_OPTIONS) private readonly options: TurnOptions,
  ) {}

  /**
   * Begins a turn as soon as its conversation is free.
   * @throws TurnConflictError when the turn has waited for too long, TurnsStoppedError, and what
   *   `beginTurn` throws
   */
  async begin(
    ref: TurnRef,
    { message, onConflict, idempotency }: Omit<NewTurn, 'id' | 'leaseMs'>,
  ): Promise<BegunTurn | ReplayedTurn> {
    const { owner, conversationId, turnId } = ref;
    const { leaseMs } = this.options;
    const request: NewTurn = { id: turnId, message, onConflict, leaseMs, idempotency };
    const beginning = await this.pollUntilBegun(ref, request);
    const { outcome, turn } = beginning;
    if (outcome === 'replayed') {
      return { outcome, ref: { owner, conversationId, turnId: turn.id }, turn, request };
    }
    const { conversation, messages } = beginning;
    const [userMessage] = messages as [Message];
    return { outcome, ref, turn, conversation, userMessage, idempotency };
  }

  private async pollUntilBegun(
    ref: TurnRef,
    turn: NewTurn,
  ): Promise<Exclude<TurnBeginning, { outcome: 'queued' }>> {
    const deadline = performance.now() + this.options.waitMs;
    let isQueued = false;
    try {
      for (;;) {
        if (this.running.isStopping) throw new TurnsStoppedError();
        const beginning = await this.tryToBegin(ref, turn);
        if (beginning.outcome !== 'queued') return beginning;
        isQueued = true;
        if (performance.now() >= deadline) throw new TurnConflictError('');
        if (turn.onConflict === 'interrupt') this.running.pollCancellation(ref.conversationId);
        // A fixed pace: not one that grows with the events of the running turn.
        await delay(POLL_MS);
      }
    } catch (error) {
      // No process polls for this turn any more. In the queue, it would hold up the turns behind it.
      if (isQueued) await this.leave(ref);
      throw error;
    }
  }

  /** A turn that has begun can be begun again: the store gives the same answer. */
  private async tryToBegin(ref: TurnRef, turn: NewTurn): Promise<TurnBeginning> {
    let lostAnswer: StoreUnavailableError | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.store.beginTurn(ref.owner, ref.conversationId, turn);
      } catch (error) {
        const isAway = error instanceof StoreUnavailableError;
        if (isAway && error.mayHaveBeenApplied) lostAnswer = error;
        if (!isAway || !lostAnswer) throw error;
        if (attempt === ATTEMPTS) throw lostAnswer;
        await delay(POLL_MS);
      }
    }
  }

  private async leave(ref: TurnRef): Promise<void> {
    try {
      await this.store.cancelTurn(ref);
    } catch (error) {
      const isGone =
        error instanceof TurnNotFoundError ||
        error instanceof ConversationNotFoundError ||
        error instanceof StoreUnavailableError;
      if (!isGone) throw error;
    }
  }
}
