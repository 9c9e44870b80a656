import { NO_TURNS, type ConversationTurns } from '../../../domain/conversation-turns.js';
import type { StoredTurn } from '../../../domain/stored-turn.js';

type StoredTurnOfAnyProcess = Omit<StoredTurn, 'startCount'> & Partial<StoredTurn>;

/** The column `turns`, which the driver reads as JSON. */
export type TurnsColumn = Omit<ConversationTurns, 'latest' | 'previous'> & {
  readonly latest?: StoredTurnOfAnyProcess;
  readonly previous?: StoredTurnOfAnyProcess;
};

export function decodeTurns(column: TurnsColumn | null | undefined): ConversationTurns {
  if (!column) return NO_TURNS;
  const { latest, previous } = column;
  return {
    ...column,
    latest: latest && withStartCount(latest),
    previous: previous && withStartCount(previous),
  };
}

/** Where a process without branches has begun the turn, its message was the last one. */
function withStartCount(turn: StoredTurnOfAnyProcess): StoredTurn {
  return { ...turn, startCount: turn.startCount ?? turn.userSeq };
}
