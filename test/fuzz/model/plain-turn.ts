import type { Turn, TurnEvent, TurnStatus } from 'conversation-store';

/**
 * Milliseconds. A short lease runs out right after the operation that takes it: the run then waits for
 * that. A long lease does not run out during a run.
 */
export const SHORT_LEASE_MS = 1;
export const LONG_LEASE_MS = 600_000;

export interface PlainTurn {
  readonly id: string;
  readonly userSeq: number;
  /** The last message of the conversation when the turn began. */
  readonly startCount: number;
  status: TurnStatus;
  leaseMs: number;
  cancelRequested: boolean;
  /** From another process. */
  isFollowed: boolean;
  readonly events: TurnEvent[];
  replies: Turn['replies'];
}

export interface PlainQueuedTurn {
  readonly id: string;
  readonly interrupts: boolean;
  leaseMs: number;
}

/** Whether the turn holds its conversation when the next operation comes. */
export function isRunning({ status, leaseMs }: PlainTurn): boolean {
  return status === 'running' && leaseMs === LONG_LEASE_MS;
}

/** The turn as the next operation finds it. */
export function turnOf(conversationId: string, turn: PlainTurn): Turn {
  const hasFailed = turn.status === 'running' && !isRunning(turn);
  return {
    id: turn.id,
    conversationId,
    status: hasFailed ? 'failed' : turn.status,
    userSeq: turn.userSeq,
    ...(turn.replies && { replies: turn.replies }),
  };
}

/** Those that interrupt go before the others; apart from that, first come, first served. */
export function enqueue(
  queue: readonly PlainQueuedTurn[],
  turn: PlainQueuedTurn,
): PlainQueuedTurn[] {
  const interrupting = queue.filter(({ interrupts }) => interrupts);
  const others = queue.filter(({ interrupts }) => !interrupts);
  return turn.interrupts ? [...interrupting, turn, ...others] : [...interrupting, ...others, turn];
}
