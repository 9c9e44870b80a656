import { Inject, Injectable } from '@nestjs/common';
import { TurnsStoppedError } from '../domain/turn.errors.js';
import type { NewTurn, Turn } from '../domain/turn.js';
import type { Owner } from '../domain/owner.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { TurnLostError, TurnNotFoundError } from '../domain/turn.errors.js';
import type { TurnOutcome } from '../store/turn-store.js';
import { storedEvents } from './stored-events.js';
import { TurnNotifier } from './turn-notifier.js';
import { TurnFollower, type FollowedEvent } from './turn-follower.js';
import { RunningTurns } from './running-turns.js';

/** A turn that an idempotency key began before, and the wish that found it. */
export interface ReplayedTurn {
  readonly owner: Owner;
  readonly turn: Turn;
  readonly wish: NewTurn;
}

const LOOK_MS = 200;

/** Answers again what a turn has answered, or will have. */
@Injectable()
export class TurnReplayer {
  constructor(
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
    private readonly follower: TurnFollower,
    private readonly bells: TurnNotifier,
    private readonly runs: RunningTurns,
  ) {}

  /** What was stored for it, once it has ended: the user's message, and the replies. */
  async outcome(replayed: ReplayedTurn): Promise<TurnOutcome> {
    const { owner } = replayed;
    const turn = await this.settled(replayed);
    const { conversationId, userSeq, replies } = turn;
    const question = { limit: 1, from: { after: userSeq - 1 } };
    const { conversation, messages } = await this.store.read(owner, conversationId, question);
    if (!replies) return { turn, conversation, messages };
    const answers = { limit: replies.count, from: { after: replies.seq - 1 } };
    const page = await this.store.read(owner, conversationId, answers);
    return { ...page, turn, messages: [...messages, ...page.messages] };
  }

  /** Its events; what they came to when they are gone. */
  async events(replayed: ReplayedTurn): Promise<AsyncIterable<readonly FollowedEvent[]>> {
    const { owner, turn } = replayed;
    const { id: turnId, conversationId } = turn;
    try {
      return await this.follower.open({ owner, conversationId, turnId, after: 0 });
    } catch (error) {
      if (!(error instanceof TurnNotFoundError)) throw error;
      const { messages, ...outcome } = await this.outcome(replayed);
      return once(storedEvents(outcome.turn, messages.slice(1)));
    }
  }

  /** The turn when it has ended. Asks with the key, which knows it also behind later turns. */
  private async settled({ owner, turn, wish }: ReplayedTurn): Promise<Turn> {
    const { conversationId } = turn;
    const bell = this.bells.join(conversationId);
    try {
      for (let latest = turn; ;) {
        if (latest.status !== 'running') return latest;
        if (this.runs.isStopping && !this.runs.has(turn.id)) throw new TurnsStoppedError();
        await bell.wait(LOOK_MS);
        const again = await this.store.beginTurn(owner, conversationId, wish);
        if (again.outcome !== 'replayed') throw new TurnLostError();
        latest = again.turn;
      }
    } finally {
      this.bells.leave(conversationId, bell);
    }
  }
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}
