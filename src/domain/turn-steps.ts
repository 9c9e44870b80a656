import { addMessages } from './conversation-changes.js';
import { assertRoom } from './conversation-checks.js';
import { findTurn, heldTurn, type ConversationTurns } from './conversation-turns.js';
import type { Conversation } from './conversation.js';
import { unexpiredQueue, withoutTurn } from './queued-turn.js';
import type { StoreLimits } from './store-limits.js';
import { holdsLease, type StoredTurn } from './stored-turn.js';
import { TurnLostError, TurnNotFoundError } from './turn.errors.js';
import type { TurnEnding, TurnEvent } from './turn.js';

/** A step of the latest turn, and the events to add to it. */
export interface TurnAdvance {
  readonly turn: StoredTurn;
  readonly turns: ConversationTurns;
  readonly events: readonly TurnEvent[];
}

/** The end of the latest turn. The replies of the {@link TurnEnding} are appended with it. */
export interface TurnConclusion extends TurnAdvance {
  readonly conversation: Conversation;
}

/**
 * Renews the lease of a turn and adds events to it.
 * @throws TurnLostError
 */
export function advanceTurn(
  turns: ConversationTurns,
  turnId: string,
  step: { readonly leaseMs: number; readonly events: readonly TurnEvent[] },
  now: number,
): TurnAdvance {
  const held = heldTurn(turns, turnId, now);
  const { lastEventSeq, events } = newEvents(held, step.events);
  const turn = { ...held, leaseUntil: now + step.leaseMs, lastEventSeq };
  return { turn, turns: { ...turns, latest: turn }, events };
}

/**
 * Ends a turn.
 * @returns `undefined` when the turn has ended before: nothing changes
 * @throws TurnLostError, ConversationFullError
 */
export function endTurn(
  conversation: Conversation,
  turns: ConversationTurns,
  turnId: string,
  ending: TurnEnding,
  now: number,
  limits: StoreLimits,
): TurnConclusion | undefined {
  const { end: status, replies, conversationStatus } = ending;
  const known = findTurn(turns, turnId);
  if (!known || known.status === 'lost') throw new TurnLostError();
  if (known.status !== 'running') return undefined;
  if (!holdsLease(known, now)) throw new TurnLostError();
  const { length: count } = replies;
  assertRoom(conversation.messageCount + count, limits);
  const { lastEventSeq, events } = newEvents(known, ending.events);
  const turn: StoredTurn = {
    ...known,
    status,
    lastEventSeq,
    ...(count > 0 && { replies: { seq: conversation.messageCount + 1, count } }),
  };
  const isChanged = count > 0 || conversationStatus !== undefined;
  return {
    turn,
    turns: { ...turns, latest: turn },
    conversation: isChanged
      ? addMessages(conversation, count, now, limits, conversationStatus)
      : conversation,
    events,
  };
}

/**
 * Takes a turn out of the queue, or asks it to cancel. A turn that has ended stays as it is.
 * @throws TurnNotFoundError
 */
export function cancelTurn(
  turns: ConversationTurns,
  turnId: string,
  now: number,
): ConversationTurns {
  const { latest, previous } = turns;
  const queue = unexpiredQueue(turns.queue, now);
  if (queue.some(({ id }) => id === turnId)) return { ...turns, queue: withoutTurn(queue, turnId) };
  if (latest?.id === turnId) return { ...turns, latest: { ...latest, cancelRequested: true } };
  if (previous?.id !== turnId) throw new TurnNotFoundError();
  return turns;
}

/** Each seq once, however often it is sent, and none that is behind a later one. */
function newEvents(
  { lastEventSeq: latest }: StoredTurn,
  sent: readonly TurnEvent[],
): { readonly events: readonly TurnEvent[]; readonly lastEventSeq: number } {
  let lastEventSeq = latest;
  const events = sent.filter(({ seq }) => {
    const isNew = seq > lastEventSeq;
    if (isNew) lastEventSeq = seq;
    return isNew;
  });
  return { events, lastEventSeq };
}
