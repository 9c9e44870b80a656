import { Inject, Injectable } from '@nestjs/common';
import { newId } from '../domain/new-id.js';
import type { Caller } from '../auth/caller.js';
import { claimIdempotency } from '../messages/idempotency-claim.js';
import { assertMayWrite, toNewMessage, type MessageDraft } from '../messages/message-draft.js';
import { TurnFailedError } from '../domain/turn.errors.js';
import type { Turn, TurnPolicy, TurnRef } from '../domain/turn.js';
import type { Owner } from '../domain/owner.js';
import {
  CONVERSATION_STORE,
  type ConversationStore,
  type WriteOutcome,
} from '../store/conversation-store.js';
import { TurnLostError, TurnNotFoundError } from '../domain/turn.errors.js';
import type { TurnOutcome } from '../store/turn-store.js';
import type { BegunTurn } from './turn-context.js';
import { TurnFollower, type FollowedEvent, type TurnPlace } from './turn-follower.js';
import { TurnQueue } from './turn-queue.js';
import { TurnReplayer, type ReplayedTurn } from './turn-replayer.js';
import type { TurnExecution } from './turn-execution.js';
import { RunningTurns } from './running-turns.js';
import { TURN_OPTIONS } from './turns.module-definition.js';
import type { TurnOptions } from './turns.options.js';

export interface TurnRequest {
  readonly message: MessageDraft;
  readonly onConflict: TurnPolicy;
  readonly idempotencyKey?: string | undefined;
}

/** A turn that a request began, or that its idempotency key had begun before. */
export interface StartedTurn {
  readonly turn: Turn;
  readonly replayed: boolean;
  /**
   * The messages of the turn, when it has ended.
   * @throws TurnFailedError, TurnLostError
   */
  readonly answer: () => Promise<WriteOutcome>;
  readonly events: () => Promise<TurnEvents>;
}

export type TurnEvents = AsyncIterable<readonly FollowedEvent[]>;

/** What can be done with turns. */
@Injectable()
export class TurnsService {
  constructor(
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
    private readonly line: TurnQueue,
    private readonly runs: RunningTurns,
    private readonly follower: TurnFollower,
    private readonly replays: TurnReplayer,
    @Inject(TURN_OPTIONS) private readonly options: TurnOptions,
  ) {}

  /**
   * Begins a turn, when it is its turn to. From then on it runs, whether or not anybody waits for it.
   * @throws RoleRequiredError for a message of another role than `user` from a user,
   *   TurnConflictError, TurnsStoppedError
   */
  async begin(caller: Caller, conversationId: string, request: TurnRequest): Promise<StartedTurn> {
    const { message, onConflict, idempotencyKey } = request;
    const { owner } = caller;
    assertMayWrite(caller, [message]);
    const wish = {
      id: newId(),
      message: toNewMessage(message),
      onConflict,
      leaseMs: this.options.leaseMs,
      ...claimIdempotency(idempotencyKey, ['turn', conversationId, message]),
    };
    const beginning = await this.line.begin(owner, conversationId, wish);
    if (beginning.outcome === 'replayed') {
      return this.replayed({ owner, turn: beginning.turn, wish });
    }
    return this.begun({ ...beginning, owner, idempotency: wish.idempotency });
  }

  /**
   * The events of a turn, from its start or behind one of them.
   * @throws TurnNotFoundError
   */
  follow(place: TurnPlace): Promise<TurnEvents> {
    return this.follower.open(place);
  }

  /**
   * The turn that runs, if there is one.
   * @throws ConversationNotFoundError
   */
  async current(owner: Owner, conversationId: string): Promise<Turn | undefined> {
    try {
      const { turn } = await this.store.readTurn(owner, conversationId, { after: 0, limit: 1 });
      return turn.status === 'running' ? turn : undefined;
    } catch (error) {
      if (!(error instanceof TurnNotFoundError)) throw error;
      await this.store.read(owner, conversationId, { limit: 0, from: 'end' });
      return undefined;
    }
  }

  /**
   * Asks a turn to end with what it has said so far.
   * @throws ConversationNotFoundError, TurnNotFoundError
   */
  async cancel(turn: TurnRef): Promise<void> {
    await this.store.cancelTurn(turn);
    this.runs.cancel(turn.turnId);
  }

  private begun(begun: BegunTurn): StartedTurn {
    const { owner, turn, messages } = begun;
    const run = this.runs.start(begun);
    return {
      turn,
      replayed: false,
      answer: async () => {
        const outcome = expectAnswer(await run.ended);
        return { ...outcome, messages: [...messages, ...outcome.messages], replayed: false };
      },
      events: () => this.follower.open(placeOf(owner, turn)),
    };
  }

  private replayed(replayed: ReplayedTurn): StartedTurn {
    return {
      turn: replayed.turn,
      replayed: true,
      answer: async () => ({
        ...expectAnswer(await this.replays.outcome(replayed)),
        replayed: true,
      }),
      events: () => this.replays.events(replayed),
    };
  }
}

function placeOf(owner: Owner, { id, conversationId }: Turn): TurnPlace {
  return { owner, conversationId, turnId: id, after: 0 };
}

/** @throws TurnFailedError, TurnLostError */
function expectAnswer(outcome: Awaited<TurnExecution['ended']>): TurnOutcome {
  if (!outcome) throw new TurnLostError();
  if (outcome.turn.status === 'failed') throw new TurnFailedError();
  return outcome;
}
