import { placeMessages, tipOf, type MessageTree } from './branches.js';
import { addMessages } from './conversation-changes.js';
import { assertRoom } from './conversation-checks.js';
import { findTurn, heldTurn, runningTurn, type ConversationTurns } from './conversation-turns.js';
import type { BranchedConversation } from './conversation.js';
import { unexpiredQueue, withoutTurn } from './queued-turn.js';
import type { StoreLimits } from './store-limits.js';
import { holdsLease, type StoredTurn } from './stored-turn.js';
import { TurnLostError, TurnNotFoundError } from './turn.errors.js';
import type { NewMessage } from './message.js';
import type { TurnEnding, TurnEvent } from './turn.js';

/** A step of the latest turn, and the events to add to it. */
export interface TurnAdvance {
  readonly turn: StoredTurn;
  readonly turns: ConversationTurns;
  readonly events: readonly TurnEvent[];
}

/** The end of the latest turn. The replies of the {@link TurnEnding} are appended with it. */
export interface TurnConclusion extends TurnAdvance {
  readonly conversation: BranchedConversation;
  /** What is stored of the {@link TurnEnding}: its replies, or its continuation. */
  readonly replies: readonly NewMessage[];
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
 * Notes that another process follows a turn for so long, unless half of that is noted already: readers
 * poll often.
 * @returns `undefined` when nothing changes
 */
export function followTurn(
  turns: ConversationTurns,
  turnId: string,
  followMs: number,
  now: number,
): ConversationTurns | undefined {
  const running = runningTurn(turns, now);
  if (running?.id !== turnId || followedMs(running, now) >= followMs / 2) return undefined;
  return { ...turns, latest: { ...running, followedUntil: now + followMs } };
}

/** Milliseconds for which another process follows a turn from now on. */
export function followedMs({ followedUntil = 0 }: StoredTurn, now: number): number {
  return Math.max(0, followedUntil - now);
}

/**
 * Ends a turn.
 * @returns `undefined` when the turn has ended before: nothing changes
 * @throws TurnLostError, ConversationFullError, MessageSupersededError, BranchesFullError
 */
export function endTurn(
  conversation: BranchedConversation,
  turns: ConversationTurns,
  turnId: string,
  ending: TurnEnding,
  now: number,
  limits: StoreLimits,
): TurnConclusion | undefined {
  const { end: status, conversationStatus } = ending;
  const known = findTurn(turns, turnId);
  if (!known || known.status === 'lost') throw new TurnLostError();
  if (known.status !== 'running') return undefined;
  if (!holdsLease(known, now)) throw new TurnLostError();
  const { replies, tree } = placeReplies(conversation, known, ending, limits);
  const { length: count } = replies;
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
      ? addMessages(conversation, tree, now, limits, conversationStatus)
      : conversation,
    replies,
    events,
  };
}

/**
 * The replies follow the tip of the turn. The leaf follows them if it is the tip: a client that has switched the branch
 * stays where it is.
 * @throws ConversationFullError, MessageSupersededError, BranchesFullError
 */
function placeReplies(
  conversation: BranchedConversation,
  { userSeq, startCount }: StoredTurn,
  ending: TurnEnding,
  limits: StoreLimits,
): { readonly replies: readonly NewMessage[]; readonly tree: MessageTree } {
  const tip = tipOf(conversation, userSeq, startCount);
  const isContinued = ending.continuation !== undefined && tip === userSeq;
  const replies = isContinued ? [ending.continuation] : ending.replies;
  const { length: count } = replies;
  assertRoom(conversation.messageCount + count, limits);
  const place = isContinued ? { supersedes: userSeq } : { parentSeq: tip };
  const placed = placeMessages(conversation, { count, ...place });
  const leafSeq = conversation.leafSeq === tip ? placed.leafSeq : conversation.leafSeq;
  return { replies, tree: { ...placed, leafSeq } };
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

/** Each seq once, however often it is sent. */
function newEvents(
  { lastEventSeq }: StoredTurn,
  sent: readonly TurnEvent[],
): { readonly events: readonly TurnEvent[]; readonly lastEventSeq: number } {
  const events = sent.filter(({ seq }) => seq > lastEventSeq);
  return { events, lastEventSeq: events.at(-1)?.seq ?? lastEventSeq };
}
