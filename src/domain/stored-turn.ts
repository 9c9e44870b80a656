import type { Turn, TurnStatus } from './turn.js';

/** A turn as a store holds it. Every step of the turn makes a new one. */
export interface StoredTurn {
  readonly id: string;
  /** The seq of the message that it answers. */
  readonly userSeq: number;
  /** `messageCount` of the conversation right after the turn began. */
  readonly startCount: number;
  /** `lost`: another turn began after the lease of this one had run out. */
  readonly status: TurnStatus | 'lost';
  /** When the lease runs out: milliseconds since the epoch. */
  readonly leaseUntil: number;
  readonly cancelRequested: boolean;
  /** The seq of its last event, 0 without any. */
  readonly lastEventSeq: number;
  readonly replies?: Turn['replies'];
  /** Until when another process follows the turn: milliseconds since the epoch. Absent: none ever did. */
  readonly followedUntil?: number;
}

/** Whether the turn runs and its lease has not run out. */
export function holdsLease({ status, leaseUntil }: StoredTurn, now: number): boolean {
  return status === 'running' && leaseUntil > now;
}

/**
 * The turn after another one has begun. If its lease had run out, it is lost for good: a clock that is
 * set back does not give it the lease again.
 */
export function superseded(turn: StoredTurn): StoredTurn {
  return turn.status === 'running' ? { ...turn, status: 'lost' } : turn;
}

/** What callers see of a turn. One that has lost its lease has failed, though nobody ended it. */
export function toTurn(conversationId: string, turn: StoredTurn, now: number): Turn {
  const { id, status, userSeq, replies } = turn;
  const hasFailed = status === 'lost' || (status === 'running' && !holdsLease(turn, now));
  return {
    id,
    conversationId,
    status: hasFailed ? 'failed' : status,
    userSeq,
    ...(replies && { replies }),
  };
}
