import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { BoundedShares } from '../bounds/bounded-shares.js';
import { TurnsStoppedError } from '../domain/turn.errors.js';
import type { Message } from '../domain/message.js';
import type { NewTurn, TurnBeginning, TurnRef } from '../domain/turn.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { RunningTurns } from './running-turns.js';
import type { BegunTurn, ReplayedTurn } from './begun-turn.js';
import { TURN_OPTIONS } from './turns.module-definition.js';
import type { TurnOptions } from './turns.options.js';
import { POLL_MS, WaitingTurns } from './waiting-turns.js';

/** When an answer of the store was lost, the turn may have begun, and no process runs it. */
const ATTEMPTS = 3;

/** Begins turns. A turn waits in the store's queue while another turn has its conversation. */
@Injectable()
export class TurnQueue {
  /** Each queued turn of a client of this process holds one. */
  readonly slots: BoundedShares;
  private readonly waiting: WaitingTurns;
  private arrivals = 0;

  constructor(
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
    private readonly running: RunningTurns,
    @Inject(TURN_OPTIONS) private readonly options: TurnOptions,
  ) {
    this.slots = new BoundedShares('queued-turns', options.maxQueued, options.ownerShare);
    this.waiting = new WaitingTurns(
      {
        get isStopping(): boolean {
          return running.isStopping;
        },
        call: (ref, request) => this.call(ref, request),
        leave: (ref) => this.store.cancelTurn(ref),
      },
      options.leaseMs,
    );
  }

  /** The turns that are queued for clients of this process. */
  get count(): number {
    return this.slots.count;
  }

  /**
   * Begins a turn as soon as its conversation is free. A turn that may wait holds a slot of the queue
   * until it begins, and a turn that begins holds a slot of the running turns.
   * @param hasLeft whether nobody waits for the turn any more: then it leaves the queue
   * @throws OverloadedError, TurnConflictError when the turn has waited for too long or nobody waits
   *   for it, TurnsStoppedError, and what `beginTurn` throws
   */
  async begin(
    ref: TurnRef,
    { input, onConflict, idempotency }: Omit<NewTurn, 'id' | 'leaseMs'>,
    hasLeft: () => boolean = () => false,
  ): Promise<BegunTurn | ReplayedTurn> {
    if (this.running.isStopping) throw new TurnsStoppedError();
    const { leaseMs, waitMs } = this.options;
    const request: NewTurn = { id: ref.turnId, input, onConflict, leaseMs, idempotency };
    const deadline = performance.now() + waitMs;
    const arrival = this.arrivals++;
    const release = onConflict === 'reject' ? undefined : this.slots.acquire(ref.owner);
    try {
      const begun = await this.call(ref, request);
      return begun ?? (await this.waiting.wait({ ref, request, arrival, deadline, hasLeft }));
    } finally {
      release?.();
    }
  }

  /** Calls for a turn to begin. The result is undefined when the turn is queued. */
  private async call(
    ref: TurnRef,
    request: NewTurn,
  ): Promise<BegunTurn | ReplayedTurn | undefined> {
    const { slots } = this.running;
    // Behind a turn that runs here, the turn is queued: it needs no slot yet.
    const release = this.running.runsIn(ref.conversationId) ? undefined : slots.acquire(ref.owner);
    const calledAt = performance.now();
    try {
      const beginning = await this.tryToBegin(ref, request);
      if (beginning.outcome === 'begun') {
        const releaseSlot = release ?? slots.acquireBeyond(ref.owner);
        return toBegunTurn(ref, request, beginning, { calledAt, releaseSlot });
      }
      release?.();
      if (beginning.outcome === 'replayed') return toReplayedTurn(ref, request, beginning.turn);
      if (request.onConflict === 'interrupt') this.running.pollCancellation(ref.conversationId);
      return undefined;
    } catch (error) {
      release?.();
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
}

function toBegunTurn(
  ref: TurnRef,
  { input, idempotency }: NewTurn,
  { turn, conversation, messages }: Extract<TurnBeginning, { outcome: 'begun' }>,
  more: Pick<BegunTurn, 'calledAt' | 'releaseSlot'>,
): BegunTurn {
  const [message] = messages as [Message];
  const isContinuation = 'supersedes' in input;
  const begun = { ref, turn, conversation, message, isContinuation, idempotency, ...more };
  return { outcome: 'begun', ...begun };
}

function toReplayedTurn(
  { owner, conversationId }: TurnRef,
  request: NewTurn,
  turn: ReplayedTurn['turn'],
): ReplayedTurn {
  const ref = { owner, conversationId, turnId: turn.id };
  return { outcome: 'replayed', ref, turn, request };
}
