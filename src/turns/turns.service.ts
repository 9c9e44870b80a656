import { Injectable } from '@nestjs/common';
import { newId } from '../domain/new-id.js';
import type { Release } from '../bounds/bounded-shares.js';
import type { Caller } from '../auth/caller.js';
import type { Owner } from '../domain/owner.js';
import { TurnFailedError, TurnLostError } from '../domain/turn.errors.js';
import type { Turn, TurnPolicy, TurnRef } from '../domain/turn.js';
import type { WriteOutcome } from '../store/conversation-store.js';
import type { TurnOutcome } from '../store/turn-store.js';
import { RunningTurns } from './running-turns.js';
import type { BegunTurn, ReplayedTurn } from './begun-turn.js';
import { TurnFollower, type TurnEvents } from './turn-follower.js';
import { toContinuationError, TurnInputs, type TurnQuestion } from './turn-inputs.js';
import { TurnQueue } from './turn-queue.js';
import { TurnReplayer } from './turn-replayer.js';

export interface TurnRequest {
  readonly question: TurnQuestion;
  readonly onConflict: TurnPolicy;
  readonly idempotencyKey?: string | undefined;
  /** Whether the client waits no more. A turn that has not begun then leaves the queue. */
  readonly hasLeft?: () => boolean;
  /** Whether the client follows the events. If so, call `events` of the started turn. */
  readonly follows?: boolean;
}

/** A turn that this request began, or that an earlier request began under the same key. */
export interface StartedTurn {
  readonly turn: Turn;
  readonly replayed: boolean;
  /**
   * Waits for the end of the turn, and gives its messages.
   * @throws TurnFailedError, TurnLostError
   */
  readonly answer: () => Promise<WriteOutcome>;
  /** The events of the turn from its start. */
  readonly events: () => Promise<TurnEvents>;
}

/** What a caller can do with turns. */
@Injectable()
export class TurnsService {
  constructor(
    private readonly inputs: TurnInputs,
    private readonly queue: TurnQueue,
    private readonly running: RunningTurns,
    private readonly follower: TurnFollower,
    private readonly replayer: TurnReplayer,
  ) {}

  /**
   * Begins a turn as soon as its conversation is free. From then on the turn runs, also when no
   * client waits for it.
   * @throws RoleRequiredError for a message of another role than `user` from a user,
   *   TurnConflictError, TurnsStoppedError, OverloadedError, InvalidRequestError, MessageNotFoundError,
   *   MessageSupersededError, BranchesFullError
   */
  async begin(caller: Caller, conversationId: string, request: TurnRequest): Promise<StartedTurn> {
    const { question, onConflict, idempotencyKey, hasLeft, follows } = request;
    const prepared = await this.inputs.prepare(caller, conversationId, question, idempotencyKey);
    const ref = { owner: caller.owner, conversationId, turnId: newId() };
    const newTurn = { ...prepared, onConflict };
    // Acquired before the turn begins: then no turn has begun when the client is refused.
    const slot = follows ? this.follower.acquireSlot(caller.owner) : undefined;
    try {
      const beginning = await this.queue.begin(ref, newTurn, hasLeft);
      if (beginning.outcome === 'begun') return this.run(beginning, slot);
      return this.replay(beginning, hasLeft, slot);
    } catch (error) {
      slot?.();
      throw 'continue' in question ? toContinuationError(error) : error;
    }
  }

  /**
   * The events of a turn behind `after`.
   * @throws TurnNotFoundError
   */
  follow(ref: TurnRef, after: number): Promise<TurnEvents> {
    return this.follower.open(ref, after);
  }

  /**
   * The events of the running turn from its start; undefined when no turn runs.
   * @throws ConversationNotFoundError
   */
  followCurrent(owner: Owner, conversationId: string): Promise<TurnEvents | undefined> {
    return this.replayer.current(owner, conversationId);
  }

  /**
   * Asks a turn to end with what it has said so far.
   * @throws ConversationNotFoundError, TurnNotFoundError
   */
  cancel(ref: TurnRef): Promise<void> {
    return this.running.cancel(ref);
  }

  private run(begun: BegunTurn, slot?: Release): StartedTurn {
    const ended = this.running.start(begun);
    return {
      turn: begun.turn,
      replayed: false,
      answer: async () => {
        const { conversation, messages } = expectAnswer(await ended);
        return { conversation, messages: [begun.message, ...messages], replayed: false };
      },
      events: () => this.follower.open(begun.ref, 0, slot),
    };
  }

  private replay(replayed: ReplayedTurn, hasLeft?: () => boolean, slot?: Release): StartedTurn {
    return {
      turn: replayed.turn,
      replayed: true,
      answer: async () => {
        const { conversation, messages } = expectAnswer(
          await this.replayer.outcome(replayed, hasLeft),
        );
        return { conversation, messages, replayed: true };
      },
      events: () => this.replayer.events(replayed, hasLeft, slot),
    };
  }
}

/** @throws TurnFailedError, TurnLostError */
function expectAnswer(outcome: TurnOutcome | undefined): TurnOutcome {
  if (!outcome) throw new TurnLostError();
  if (outcome.turn.status === 'failed') throw new TurnFailedError();
  return outcome;
}
