import { describe, expect, it } from '@jest/globals';
import { NO_TURNS, type ConversationTurns } from './conversation-turns.js';
import type { StoredTurn } from './stored-turn.js';
import { advanceTurn, cancelTurn, followedMs, followTurn } from './turn-steps.js';

const NOW = Date.UTC(2026, 0, 1);
const RUNNING: StoredTurn = {
  id: 'running',
  userSeq: 1,
  startCount: 1,
  status: 'running',
  leaseUntil: NOW + 1,
  cancelRequested: false,
  lastEventSeq: 3,
};

describe('the events of a step', () => {
  it.each([
    [
      [4, 5],
      [4, 5],
    ],
    [[2, 3, 4], [4]],
    [
      [6, 7],
      [6, 7],
    ],
    [[], []],
    [[2, 3], []],
  ])('that sends %j after 3 are %j', (sent, added) => {
    const events = sent.map((seq) => ({ seq, data: '' }));
    const turns = { ...NO_TURNS, latest: RUNNING };
    const step = advanceTurn(turns, RUNNING.id, { leaseMs: 5, events }, NOW);
    expect(step.events.map(({ seq }) => seq)).toEqual(added);
    expect(step.turn.lastEventSeq).toBe(added.at(-1) ?? 3);
    expect(step.turns.latest).toEqual({ ...step.turn, leaseUntil: NOW + 5 });
  });
});

describe('a follower at another process', () => {
  const turns = { ...NO_TURNS, latest: { ...RUNNING, leaseUntil: NOW + 100_000 } };

  it('is noted for as long as it says, and again when half of that is over', () => {
    const noted = followTurn(turns, 'running', 1_000, NOW);
    expect(noted).toEqual({ ...turns, latest: { ...turns.latest, followedUntil: NOW + 1_000 } });
    if (!noted?.latest) return;
    expect([0, 400, 2_000].map((ms) => followedMs(noted.latest as StoredTurn, NOW + ms))).toEqual([
      1_000, 600, 0,
    ]);
    expect(followTurn(noted, 'running', 1_000, NOW + 499)).toBeUndefined();
    expect(followTurn(noted, 'running', 1_000, NOW + 501)?.latest?.followedUntil).toBe(NOW + 1_501);
  });

  it('is not noted in a turn that does not run', () => {
    expect(followTurn(turns, 'unknown', 1_000, NOW)).toBeUndefined();
    expect(followTurn(turns, 'running', 1_000, NOW + 100_000)).toBeUndefined();
    const ended = { ...NO_TURNS, latest: { ...RUNNING, status: 'completed' } as const };
    expect(followTurn(ended, 'running', 1_000, NOW)).toBeUndefined();
  });
});

describe('a cancel', () => {
  const turns: ConversationTurns = {
    latest: RUNNING,
    previous: { ...RUNNING, id: 'previous', status: 'completed' },
    queue: [
      { id: 'queued', position: 1, deadline: NOW + 1 },
      { id: 'gone', position: 2, deadline: NOW },
    ],
    positionsGiven: 2,
  };

  it('asks the running turn to cancel', () => {
    const { latest } = cancelTurn(turns, 'running', NOW);
    expect(latest).toEqual({ ...RUNNING, cancelRequested: true });
  });

  it('takes a turn out of the queue', () => {
    expect(cancelTurn(turns, 'queued', NOW)).toEqual({ ...turns, queue: [] });
  });

  it('changes nothing of a turn that has ended', () => {
    expect(cancelTurn(turns, 'previous', NOW)).toEqual(turns);
  });

  it.each(['gone', 'unknown'])('finds no turn that is %s', (turnId) => {
    expect(() => cancelTurn(turns, turnId, NOW)).toThrow('No such turn.');
  });
});
