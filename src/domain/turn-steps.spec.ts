import { describe, expect, it } from '@jest/globals';
import { NO_TURNS, type ConversationTurns } from './conversation-turns.js';
import type { StoredTurn } from './stored-turn.js';
import { advanceTurn, cancelTurn } from './turn-steps.js';

const NOW = Date.UTC(2026, 0, 1);
const RUNNING: StoredTurn = {
  id: 'running',
  userSeq: 1,
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
      [4, 4, 5],
      [4, 5],
    ],
    [
      [6, 5, 7],
      [6, 7],
    ],
    [[], []],
    [[1, 3], []],
  ])('that sends %j after 3 are %j', (sent, added) => {
    const events = sent.map((seq) => ({ seq, data: '' }));
    const turns = { ...NO_TURNS, latest: RUNNING };
    const step = advanceTurn(turns, RUNNING.id, { leaseMs: 5, events }, NOW);
    expect(step.events.map(({ seq }) => seq)).toEqual(added);
    expect(step.turn.lastEventSeq).toBe(added.at(-1) ?? 3);
    expect(step.turns.latest).toEqual({ ...step.turn, leaseUntil: NOW + 5 });
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
