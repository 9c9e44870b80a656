import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { Release } from '../bounds/bounded-shares.js';
import { TurnConflictError, TurnLostError, TurnNotFoundError } from '../domain/turn.errors.js';
import type { Owner } from '../domain/owner.js';
import type { Turn, TurnRef } from '../domain/turn.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { readAll } from '../store/read-all.js';
import type { TurnOutcome } from '../store/turn-store.js';
import { storedEvents } from './stored-events.js';
import type { ReplayedTurn } from './begun-turn.js';
import { withKnownParts } from './known-parts.js';
import { TurnFollower, type FollowedEvent, type TurnEvents } from './turn-follower.js';

const POLL_MS = 1_000;

/** Gives what a turn has answered so far, or will answer, to a client that has nothing of it. */
@Injectable()
export class TurnReplayer {
  constructor(
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
    private readonly follower: TurnFollower,
  ) {}

  /**
   * Waits for the end of the turn. The messages are the one that it answers and the replies.
   * @throws TurnConflictError when nobody waits any more while the turn runs, TurnLostError,
   *   OverloadedError, TurnsStoppedError
   */
  async outcome(replayed: ReplayedTurn, hasLeft = nobodyHasLeft): Promise<TurnOutcome> {
    const { owner, conversationId } = replayed.ref;
    const turn = await this.waitForEnd(replayed, hasLeft);
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
  async events(
    replayed: ReplayedTurn,
    hasLeft = nobodyHasLeft,
    slot?: Release,
  ): Promise<TurnEvents> {
    try {
      return await this.follower.open(replayed.ref, 0, slot);
    } catch (error) {
      if (!(error instanceof TurnNotFoundError)) throw error;
      const { turn, messages } = await this.outcome(replayed, hasLeft);
      const [answered, ...replies] = messages;
      return once(storedEvents(turn, replies, answered?.parts.length));
    }
  }

  /**
   * The events of the running turn, from its start; undefined when no turn runs.
   * @throws OverloadedError, ConversationNotFoundError, StoreUnavailableError
   */
  async current(owner: Owner, conversationId: string): Promise<TurnEvents | undefined> {
    const turn = await this.follower.findRunning(owner, conversationId);
    if (!turn) return undefined;
    const answered = { id: conversationId, firstSeq: turn.userSeq, messageCount: 1 };
    const { messages } = await readAll(this.store, owner, answered);
    const events = await this.follower.open({ owner, conversationId, turnId: turn.id });
    return messages[0] ? withKnownParts(events, messages[0]) : events;
  }

  private async waitForEnd(
    { ref, turn, request }: ReplayedTurn,
    hasLeft: () => boolean,
  ): Promise<Turn> {
    for (let latest = turn; ;) {
      if (latest.status !== 'running') return latest;
      await this.waitOnce(ref, hasLeft);
      const beginning = await this.store.beginTurn(ref.owner, ref.conversationId, request);
      if (beginning.outcome !== 'replayed') throw new TurnLostError();
      latest = beginning.turn;
      // Its events are incomplete, so that a follower does not see its end.
      if (latest.status === 'running') await delay(POLL_MS);
    }
  }

  private async waitOnce(ref: TurnRef, hasLeft: () => boolean): Promise<void> {
    try {
      if (!(await this.follower.waitForEnd(ref, hasLeft))) throw new TurnConflictError(ref.turnId);
    } catch (error) {
      // Two later turns have begun, or the conversation was deleted.
      if (!(error instanceof TurnNotFoundError)) throw error;
    }
  }
}

function nobodyHasLeft(): boolean {
  return false;
}

function once(events: readonly FollowedEvent[]): TurnEvents {
  return {
    async *[Symbol.asyncIterator]() {
      yield events;
    },
    close: () => undefined,
  };
}
