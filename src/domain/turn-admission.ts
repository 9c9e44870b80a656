import { assertHasMessage, placeMessages, type MessageTree } from './branches.js';
import { addMessages } from './conversation-changes.js';
import { assertActive, assertRoom } from './conversation-checks.js';
import { findTurn, runningTurn, type ConversationTurns } from './conversation-turns.js';
import type { BranchedConversation } from './conversation.js';
import type { IdempotencyRecord } from './idempotency-record.js';
import { firstInQueue, unexpiredQueue, positionOf, withoutTurn } from './queued-turn.js';
import type { StoreLimits } from './store-limits.js';
import { superseded, toTurn, type StoredTurn } from './stored-turn.js';
import { TurnConflictError, TurnLostError } from './turn.errors.js';
import { recallTurn } from './turn-record.js';
import { MAX_QUEUED_TURNS, type NewTurn, type Turn, type TurnInput } from './turn.js';

/** What a store knows when somebody calls for a turn to begin. */
export interface TurnAdmissionState {
  readonly conversation: BranchedConversation;
  readonly turns: ConversationTurns;
  /** What is stored under the idempotency key of the turn. */
  readonly record?: IdempotencyRecord | undefined;
}

/** What becomes of a turn that somebody calls for, and of the turns of the conversation. */
export type TurnAdmission =
  /** The turn began before and still runs. Nothing changes. */
  | { readonly outcome: 'running'; readonly turn: StoredTurn }
  /** The turn begins: its message is appended if it has one, and its record is stored. */
  | {
      readonly outcome: 'begun';
      readonly turn: StoredTurn;
      readonly conversation: BranchedConversation;
      readonly turns: ConversationTurns;
    }
  | { readonly outcome: 'queued'; readonly turns: ConversationTurns }
  /** The idempotency key began `turn` before. */
  | { readonly outcome: 'replayed'; readonly turn: Turn; readonly turns: ConversationTurns };

/**
 * Decides who may begin a turn.
 * @throws IdempotencyMismatchError, TurnLostError (the turn began before, and is over),
 *   ConversationClosedError, ConversationFullError, TurnConflictError, MessageNotFoundError, MessageSupersededError,
 *   BranchesFullError
 */
export function admitTurn(
  { conversation, turns, record }: TurnAdmissionState,
  newTurn: NewTurn,
  now: number,
  limits: StoreLimits,
): TurnAdmission {
  const { id, input, idempotency } = newTurn;
  const running = runningTurn(turns, now);
  // Before the record is checked: the caller repeats a call whose answer was lost, and the record is of
  // this very turn.
  if (running?.id === id) return { outcome: 'running', turn: running };
  if (record && idempotency) {
    const latest = turns.latest && toTurn(conversation.id, turns.latest, now);
    const turn = recallTurn(record, idempotency, conversation.id, latest);
    const queue = withoutTurn(turns.queue, id);
    return { outcome: 'replayed', turn, turns: { ...turns, queue } };
  }
  // Its message is stored, and must not be stored again.
  if (findTurn(turns, id)) throw new TurnLostError();
  assertActive(conversation);
  // There must be room for a reply, too.
  assertRoom(conversation.messageCount + ('message' in input ? 2 : 1), limits);
  const queue = unexpiredQueue(turns.queue, now);
  const first = firstInQueue(queue);
  if (running || (first && first.id !== id)) {
    return { outcome: 'queued', turns: enqueue({ ...turns, queue }, newTurn, now) };
  }
  const tree = treeOf(conversation, input);
  assertRoomForReply(tree, input);
  const turn: StoredTurn = {
    id,
    userSeq: tree.leafSeq,
    startCount: tree.messageCount,
    status: 'running',
    leaseUntil: now + newTurn.leaseMs,
    cancelRequested: false,
    lastEventSeq: 0,
  };
  return {
    outcome: 'begun',
    turn,
    conversation: addMessages(conversation, tree, now, limits),
    turns: {
      latest: turn,
      previous: turns.latest && superseded(turns.latest),
      queue: withoutTurn(queue, id),
      positionsGiven: turns.positionsGiven,
    },
  };
}

/** The tree when the turn has begun. Its leaf is the message that the turn answers. */
function treeOf(conversation: BranchedConversation, input: TurnInput): MessageTree {
  if ('message' in input) return placeMessages(conversation, { count: 1, ...input });
  assertHasMessage(conversation, input.regenerate);
  const { messageCount, branches } = conversation;
  return { messageCount, leafSeq: input.regenerate, branches };
}

/**
 * There must be room for the branch that a reply begins, too: it would be lost at its end.
 * @throws BranchesFullError
 */
function assertRoomForReply(tree: MessageTree, input: TurnInput): void {
  placeMessages(tree, { count: 1, ...('supersedes' in input && { supersedes: tree.leafSeq }) });
}

/** Queues the turn, or renews its deadline. Its position stays. */
function enqueue(
  turns: ConversationTurns,
  { id, onConflict, leaseMs }: NewTurn,
  now: number,
): ConversationTurns {
  const { latest, queue } = turns;
  const running = runningTurn(turns, now);
  const own = queue.find((queued) => queued.id === id);
  if (onConflict === 'reject' || (!own && queue.length >= MAX_QUEUED_TURNS)) {
    throw new TurnConflictError(running?.id ?? firstInQueue(queue)?.id ?? '');
  }
  const positionsGiven = turns.positionsGiven + (own ? 0 : 1);
  const position = own?.position ?? positionOf(positionsGiven, onConflict);
  return {
    ...turns,
    latest: running && onConflict === 'interrupt' ? { ...running, cancelRequested: true } : latest,
    queue: [...withoutTurn(queue, id), { id, position, deadline: now + leaseMs }],
    positionsGiven,
  };
}
