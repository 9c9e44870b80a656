import type { QueuedTurn } from './queued-turn.js';
import { holdsLease, type StoredTurn } from './stored-turn.js';
import { TurnLostError, TurnNotFoundError } from './turn.errors.js';

/** All that a store knows of the turns of one conversation, besides their events. */
export interface ConversationTurns {
  /** The turn that began last. No other turn can hold the conversation. */
  readonly latest?: StoredTurn | undefined;
  /** The turn that began before the latest. Older turns are forgotten. */
  readonly previous?: StoredTurn | undefined;
  /** In no order: see {@link QueuedTurn.position}. */
  readonly queue: readonly QueuedTurn[];
  /** How many positions in the queue have been given. */
  readonly positionsGiven: number;
}

export const NO_TURNS: ConversationTurns = { queue: [], positionsGiven: 0 };

/** The latest turn or the previous one, whichever has the id. */
export function findTurn(
  { latest, previous }: ConversationTurns,
  turnId: string,
): StoredTurn | undefined {
  return [latest, previous].find((turn) => turn?.id === turnId);
}

/** The turn that holds the conversation. */
export function runningTurn({ latest }: ConversationTurns, now: number): StoredTurn | undefined {
  return latest && holdsLease(latest, now) ? latest : undefined;
}

/**
 * The turn, if it holds the conversation. A working state is put under the same condition.
 * @throws TurnLostError
 */
export function heldTurn(turns: ConversationTurns, turnId: string, now: number): StoredTurn {
  const running = runningTurn(turns, now);
  if (running?.id !== turnId) throw new TurnLostError();
  return running;
}

/**
 * The turn that a reader asks for.
 * @param turnId the latest turn when absent
 * @throws TurnNotFoundError
 */
export function readableTurn(turns: ConversationTurns, turnId: string | undefined): StoredTurn {
  const turn = turnId === undefined ? turns.latest : findTurn(turns, turnId);
  if (!turn) throw new TurnNotFoundError();
  return turn;
}
