import { expect, it } from '@jest/globals';
import { superseded, toTurn, type StoredTurn } from './stored-turn.js';

const LEASE_UNTIL = Date.UTC(2026, 0, 1);

it.each<[StoredTurn['status'], leaseOver: string, seen: string, superseded: string]>([
  ['running', 'running', 'failed', 'failed'],
  ['lost', 'failed', 'failed', 'failed'],
  ['completed', 'completed', 'completed', 'completed'],
  ['cancelled', 'cancelled', 'cancelled', 'cancelled'],
  ['failed', 'failed', 'failed', 'failed'],
])(
  'a turn stored as %s is seen as %s, at the end of its lease as %s, and when the next has begun as %s',
  (status, held, over, next) => {
    const turn = {
      id: 't',
      userSeq: 1,
      startCount: 1,
      status,
      leaseUntil: LEASE_UNTIL,
      cancelRequested: false,
      lastEventSeq: 0,
    };
    expect(toTurn('c', turn, LEASE_UNTIL - 1).status).toBe(held);
    expect(toTurn('c', turn, LEASE_UNTIL).status).toBe(over);
    // Also on a clock that was set back.
    expect(toTurn('c', superseded(turn), LEASE_UNTIL - 1_000).status).toBe(next);
  },
);
