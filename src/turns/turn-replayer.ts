import { Inject, Injectable } from '@nestjs/common';
import { TurnLostError, TurnNotFoundError, TurnsStoppedError } from '../domain/turn.errors.js';
import type { Turn } from '../domain/turn.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { readAll } from '../store/read-all.js';
import type { TurnOutcome } from '../store/turn-store.js';
import { RunningTurns } from './running-turns.js';
import { storedEvents } from './stored-events.js';
import type { ReplayedTurn } from './begun-turn.js';
import { TurnFollower, type TurnEvents } from './turn-follower.js';
import { TurnNotifier } from './turn-notifier.js';

const POLL_MS = 200;

/** Answers a repeated request with what its turn has answered, or will answer. */
@Injectable()
export class TurnReplayer {
  constructor(
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
    private readonly follower: TurnFollower,
    private readonly notifier: TurnNotifier,
    private readonly running: RunningTurns,
  ) {}

  /** Waits for the end of the turn. The messages are the user's message and the replies. */
  async outcome(replayed: ReplayedTurn): Promise<TurnOutcome> {
    const { owner, conversationId } = replayed.ref;
    const turn = await this.waitForEnd(replayed);
    const userMessage = { id: conversationId, firstSeq: turn.userSeq, messageCount: 1 };
    const { conversation, messages } = await readAll(this.store, owner, userMessage);
    if (!turn.replies) return { turn, conversation, messages };
    const { seq: firstSeq, count: messageCount } = turn.replies;
    const replies = await readAll(this.store, owner, {
      id: conversationId,
      firstSeq,
      messageCount,
    });
    return {
      turn,
      conversation: replies.conversation,
      messages: [...messages, ...replies.messages],
    };
  }

  /** The events of the turn. When the store has them no more, events made of the stored messages. */
  async events(replayed: ReplayedTurn): Promise<TurnEvents> {
    try {
      return await this.follower.open(replayed.ref);
    } catch (error) {
      if (!(error instanceof TurnNotFoundError)) throw error;
      const { turn, messages } = await this.outcome(replayed);
      return once(storedEvents(turn, messages.slice(1)));
    }
  }

  private async waitForEnd({ ref, turn, request }: ReplayedTurn): Promise<Turn> {
    const { owner, conversationId, turnId } = ref;
    const changed = this.notifier.subscribe(conversationId);
    try {
      for (let latest = turn; ;) {
        if (latest.status !== 'running') return latest;
        if (this.running.mustStopWaitingFor(turnId)) throw new TurnsStoppedError();
        await changed.wait(POLL_MS);
        const beginning = await this.store.beginTurn(owner, conversationId, request);
        if (beginning.outcome !== 'replayed') throw new TurnLostError();
        latest = beginning.turn;
      }
    } finally {
      this.notifier.unsubscribe(conversationId, changed);
    }
  }
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}
