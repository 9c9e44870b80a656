import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { TurnsStoppedError } from '../domain/turn.errors.js';
import type { NewTurn, TurnBeginning } from '../domain/turn.js';
import type { Owner } from '../domain/owner.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { ConversationNotFoundError } from '../domain/conversation.errors.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { TurnConflictError, TurnNotFoundError } from '../domain/turn.errors.js';
import { RunningTurns } from './running-turns.js';
import { TURN_OPTIONS } from './turns.module-definition.js';
import type { TurnOptions } from './turns.options.js';

type Begun = Exclude<TurnBeginning, { outcome: 'queued' }>;

const ASK_AGAIN_MS = 150;
/** Asked again when the answer was lost: the turn may have begun, with nobody to run it. */
const ATTEMPTS = 3;

/** Where turns wait until they can begin. */
@Injectable()
export class TurnQueue {
  constructor(
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
    private readonly runs: RunningTurns,
    @Inject(TURN_OPTIONS) private readonly options: TurnOptions,
  ) {}

  /**
   * Begins a turn when it is its turn to.
   * @throws TurnConflictError when that takes too long, TurnsStoppedError, and what `beginTurn` throws
   */
  async begin(owner: Owner, conversationId: string, turn: NewTurn): Promise<Begun> {
    const deadline = performance.now() + this.options.waitMs;
    let isInLine = false;
    try {
      for (;;) {
        if (this.runs.isStopping) throw new TurnsStoppedError();
        const beginning = await this.ask(owner, conversationId, turn);
        if (beginning.outcome !== 'queued') return beginning;
        isInLine = true;
        if (performance.now() >= deadline) throw new TurnConflictError('');
        if (turn.onConflict === 'interrupt') this.runs.look(conversationId);
        // At this pace and no faster, however much the turn has to say that it waits for.
        await delay(ASK_AGAIN_MS);
      }
    } catch (error) {
      // Nobody asks for it any more: it would hold up those behind it.
      if (isInLine) await this.leave(owner, conversationId, turn);
      throw error;
    }
  }

  /** A turn that has begun answers the same when it is asked for again. */
  private async ask(owner: Owner, id: string, turn: NewTurn): Promise<TurnBeginning> {
    let lost: StoreUnavailableError | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.store.beginTurn(owner, id, turn);
      } catch (error) {
        const isAway = error instanceof StoreUnavailableError;
        if (isAway && error.mayHaveBeenApplied) lost = error;
        if (!isAway || !lost || attempt === ATTEMPTS) throw isAway && lost ? lost : error;
        await delay(ASK_AGAIN_MS);
      }
    }
  }

  private async leave(owner: Owner, id: string, turn: NewTurn): Promise<void> {
    try {
      await this.store.cancelTurn({ owner, conversationId: id, turnId: turn.id });
    } catch (reason) {
      const isGone =
        reason instanceof TurnNotFoundError ||
        reason instanceof ConversationNotFoundError ||
        reason instanceof StoreUnavailableError;
      if (!isGone) throw reason;
    }
  }
}
