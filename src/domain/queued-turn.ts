import type { TurnPolicy } from './turn.js';

/** A turn that is queued until it can begin. */
export interface QueuedTurn {
  readonly id: string;
  /** The lowest position goes first. */
  readonly position: number;
  /** The turn leaves the queue unless somebody calls for it before: milliseconds since the epoch. */
  readonly deadline: number;
}

/** More than there will ever be turns that interrupt, so that those go before all others. */
const BEHIND_ALL_THAT_INTERRUPT = 1e12;

/** The position of the turn that is the `nth` to enter the queue. */
export function positionOf(nth: number, policy: TurnPolicy): number {
  return nth + (policy === 'interrupt' ? 0 : BEHIND_ALL_THAT_INTERRUPT);
}

/** The queue without the turns that nobody has called for in time. */
export function unexpiredQueue(queue: readonly QueuedTurn[], now: number): readonly QueuedTurn[] {
  return queue.filter(({ deadline }) => deadline > now);
}

export function firstInQueue(queue: readonly QueuedTurn[]): QueuedTurn | undefined {
  return queue.reduce<QueuedTurn | undefined>(
    (first, turn) => (first && first.position < turn.position ? first : turn),
    undefined,
  );
}

export function withoutTurn(queue: readonly QueuedTurn[], turnId: string): readonly QueuedTurn[] {
  return queue.filter(({ id }) => id !== turnId);
}
