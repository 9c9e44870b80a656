import { describe, expect, it } from '@jest/globals';
import { NO_TURNS, type ConversationTurns } from './conversation-turns.js';
import type { BranchedConversation } from './conversation.js';
import type { QueuedTurn } from './queued-turn.js';
import type { StoredTurn } from './stored-turn.js';
import { admitTurn, type TurnAdmission } from './turn-admission.js';
import { MAX_QUEUED_TURNS, type NewTurn, type TurnPolicy } from './turn.js';

const NOW = Date.UTC(2026, 0, 1);
const LEASE_MS = 1_000;
const LIMITS = {
  ttlMs: 600_000,
  maxMessagesPerConversation: 10,
  maxConversationsPerUser: 10,
  pageBytes: 1024,
};

const CONVERSATION: BranchedConversation = {
  id: 'c',
  tenantId: 't',
  userId: 'u',
  status: 'active',
  metadata: {},
  messageCount: 4,
  leafSeq: 4,
  branches: '',
  version: 3,
  createdAt: new Date(NOW),
  updatedAt: new Date(NOW),
  lastAccessedAt: new Date(NOW),
  expiresAt: new Date(NOW + 600_000),
};

const RUNNING: StoredTurn = {
  id: 'running',
  userSeq: 3,
  startCount: 3,
  status: 'running',
  leaseUntil: NOW + 1,
  cancelRequested: false,
  lastEventSeq: 0,
};
const LATE: StoredTurn = { ...RUNNING, id: 'late', leaseUntil: NOW };
const ENDED: StoredTurn = { ...RUNNING, id: 'ended', status: 'completed' };

function queued(id: string, position: number, deadline = NOW + 1): QueuedTurn {
  return { id, position, deadline };
}

function admit(
  turns: Partial<ConversationTurns>,
  onConflict: TurnPolicy = 'reject',
  { id = 'new', messageCount = 4 } = {},
): TurnAdmission {
  const message = { id: 'm', role: 'user', parts: [] } as const;
  const newTurn: NewTurn = { id, input: { message }, onConflict, leaseMs: LEASE_MS };
  const conversation = { ...CONVERSATION, messageCount, leafSeq: messageCount };
  return admitTurn({ conversation, turns: { ...NO_TURNS, ...turns } }, newTurn, NOW, LIMITS);
}

/** The outcome, or the code of the refusal with the turn that it names. */
function outcomeOf(...args: Parameters<typeof admit>): unknown {
  try {
    return admit(...args).outcome;
  } catch (error) {
    const { code, runningTurnId } = error as { code: string; runningTurnId?: string };
    return runningTurnId === undefined ? code : `${code} with ${runningTurnId}`;
  }
}

function queueAfter(...args: Parameters<typeof admit>): string[] {
  const admission = admit(...args);
  if (!('turns' in admission)) throw new Error(admission.outcome);
  return [...admission.turns.queue].sort((a, b) => a.position - b.position).map(({ id }) => id);
}

describe('a turn that is called for', () => {
  it.each<[Partial<ConversationTurns>, string, string, string]>([
    [{}, 'begun', 'begun', 'begun'],
    [{ latest: ENDED }, 'begun', 'begun', 'begun'],
    [{ latest: LATE }, 'begun', 'begun', 'begun'],
    [{ latest: RUNNING }, 'turn-conflict with running', 'queued', 'queued'],
    [{ queue: [queued('other', 1)] }, 'turn-conflict with other', 'queued', 'queued'],
    [{ queue: [queued('new', 1), queued('other', 2)] }, 'begun', 'begun', 'begun'],
    [{ queue: [queued('gone', 1, NOW)] }, 'begun', 'begun', 'begun'],
    [
      { latest: RUNNING, queue: [queued('other', 1)] },
      'turn-conflict with running',
      'queued',
      'queued',
    ],
    [{ latest: { ...RUNNING, id: 'new' } }, 'running', 'running', 'running'],
    [{ latest: { ...LATE, id: 'new' } }, 'turn-lost', 'turn-lost', 'turn-lost'],
    [{ latest: RUNNING, previous: { ...ENDED, id: 'new' } }, 'turn-lost', 'turn-lost', 'turn-lost'],
  ])('with %j: %s, %s or %s', (turns, reject, enqueue, interrupt) => {
    expect(outcomeOf(turns, 'reject')).toBe(reject);
    expect(outcomeOf(turns, 'enqueue')).toBe(enqueue);
    expect(outcomeOf(turns, 'interrupt')).toBe(interrupt);
  });

  it.each([
    [8, 'begun'],
    [9, 'conversation-full'],
  ])('needs room for its message and a reply: with %i of 10, %s', (messageCount, outcome) => {
    expect(outcomeOf({}, 'reject', { messageCount })).toBe(outcome);
  });

  it('is refused when the queue is full, unless it is in the queue', () => {
    const queue = Array.from({ length: MAX_QUEUED_TURNS }, (_, i) => queued(`q${i}`, i + 1));
    expect(outcomeOf({ latest: RUNNING, queue }, 'enqueue')).toBe('turn-conflict with running');
    expect(outcomeOf({ queue }, 'interrupt')).toBe('turn-conflict with q0');
    expect(outcomeOf({ queue }, 'enqueue', { id: 'q1' })).toBe('queued');
    const [, ...others] = queue;
    expect(outcomeOf({ queue: [queued('gone', 1, NOW), ...others] }, 'enqueue')).toBe('queued');
  });
});

describe('the queue', () => {
  it('puts turns that interrupt before the others, and otherwise the first to come first', () => {
    let turns: ConversationTurns = { ...NO_TURNS, latest: RUNNING };
    for (const [id, onConflict] of [
      ['e1', 'enqueue'],
      ['i1', 'interrupt'],
      ['e2', 'enqueue'],
      ['i2', 'interrupt'],
    ] as const) {
      const admission = admit(turns, onConflict, { id });
      if (admission.outcome === 'queued') turns = admission.turns;
    }
    expect(queueAfter(turns, 'enqueue')).toEqual(['i1', 'i2', 'e1', 'e2', 'new']);
    // A turn that is called for again, even with another policy, stays where it is.
    expect(queueAfter(turns, 'interrupt', { id: 'e1' })).toEqual(['i1', 'i2', 'e1', 'e2']);
  });

  it('gives a turn that is called for too late a new position', () => {
    const queue = [queued('new', 1, NOW), queued('other', 2)];
    const turns = { latest: RUNNING, queue, positionsGiven: 2 };
    expect(queueAfter(turns, 'interrupt')).toEqual(['other', 'new']);
  });

  it('is left by the turn that begins', () => {
    expect(queueAfter({ queue: [queued('new', 1), queued('other', 2)] })).toEqual(['other']);
  });
});

describe('a turn that begins', () => {
  it('holds the conversation, and the one before it is lost if nobody has ended it', () => {
    const admission = admit({ latest: LATE, previous: ENDED });
    expect(admission).toMatchObject({
      outcome: 'begun',
      turn: { id: 'new', userSeq: 5, status: 'running', leaseUntil: NOW + LEASE_MS },
      conversation: { messageCount: 5, version: 4 },
      turns: { latest: { id: 'new' }, previous: { id: 'late', status: 'lost' } },
    });
    expect(admit({ latest: ENDED })).toMatchObject({ turns: { previous: ENDED } });
  });
});

it('only a turn that interrupts asks the running turn to cancel', () => {
  const cancelAfter = (policy: TurnPolicy): unknown => admit({ latest: RUNNING }, policy);
  const latest = { id: 'running' };
  expect(cancelAfter('interrupt')).toMatchObject({
    turns: { latest: { ...latest, cancelRequested: true } },
  });
  expect(cancelAfter('enqueue')).toMatchObject({
    turns: { latest: { ...latest, cancelRequested: false } },
  });
});
