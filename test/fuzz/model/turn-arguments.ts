import fc from 'fast-check';
import {
  CONVERSATION_STATUSES,
  TURN_POLICIES,
  type NewTurn,
  type TurnEnding,
  type TurnInput,
  type TurnRef,
  type TurnStep,
} from 'conversation-store';
import { text } from '../awkward-text.js';
import { message } from './conversation-arguments.js';
import { LONG_LEASE_MS, SHORT_LEASE_MS } from './plain-turn.js';

/** Stands for the id of the latest turn of the conversation: the run puts it in. */
export const LATEST_TURN = 'latest';

/** Few, so that the same turns are called for again. */
const TURN_IDS = [1, 2, 3, 4, 5].map((n) => `0190a1b2-1111-7000-8000-00000000000${n}`);
const turnId = fc.constantFrom(...TURN_IDS);
const knownTurnId = fc.oneof(turnId, fc.constant(LATEST_TURN));

export function turnRefOf(
  conversationId: fc.Arbitrary<string>,
): fc.Arbitrary<Omit<TurnRef, 'owner'>> {
  return fc.record({ conversationId, turnId: knownTurnId }, { noNullPrototype: true });
}

const turnClaim = fc.oneof(
  { weight: 5, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        key: fc.constantFrom('key', '__proto__'),
        requestHash: fc.constantFrom('a'.repeat(22), 'a'.repeat(22), 'b'.repeat(22)),
      },
      { noNullPrototype: true },
    ),
  },
);

const leaseMs = fc.oneof(
  { weight: 9, arbitrary: fc.constant(LONG_LEASE_MS) },
  { weight: 1, arbitrary: fc.constant(SHORT_LEASE_MS) },
);

const seq = fc.integer({ min: 0, max: 6 });
const input: fc.Arbitrary<TurnInput> = fc.oneof(
  { weight: 6, arbitrary: message.map((one) => ({ message: one })) },
  {
    weight: 2,
    arbitrary: fc.tuple(message, seq).map(([one, parentSeq]) => ({ message: one, parentSeq })),
  },
  { weight: 2, arbitrary: seq.map((regenerate) => ({ regenerate })) },
  {
    weight: 2,
    arbitrary: fc.tuple(message, seq).map(([one, supersedes]) => ({ message: one, supersedes })),
  },
);

export const newTurn: fc.Arbitrary<NewTurn> = fc.record(
  {
    id: turnId,
    input,
    // Most of them are queued: a queue of one has no order.
    onConflict: fc.constantFrom(...TURN_POLICIES, 'enqueue', 'interrupt'),
    leaseMs,
    idempotency: turnClaim,
  },
  { noNullPrototype: true },
);

/** Some of them sent before, and some behind a gap. Now and then they are no batch: a text with a line feed. */
const data = fc.oneof(
  { weight: 20, arbitrary: text.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: text },
);
const events = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.array(data, { maxLength: 4 }))
  .map(([first, texts]) => texts.map((line, i) => ({ seq: first + i, data: line })));

export const turnStep: fc.Arbitrary<TurnStep> = fc.record(
  { leaseMs, events },
  { noNullPrototype: true },
);

export const turnEnding: fc.Arbitrary<TurnEnding> = fc.record(
  {
    end: fc.constantFrom('completed', 'cancelled', 'failed'),
    replies: fc.array(message, { maxLength: 1 }),
    continuation: fc.option(message, { nil: undefined, freq: 4 }),
    events,
    conversationStatus: fc.oneof(
      { weight: 8, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom(...CONVERSATION_STATUSES) },
    ),
    idempotency: turnClaim,
  },
  { noNullPrototype: true },
);

export const turnQuery = fc.record(
  {
    turnId,
    after: fc.integer({ min: -1, max: 9 }),
    maxBytes: fc.integer({ min: 0, max: 40 }),
    followMs: fc.constantFrom(0, LONG_LEASE_MS),
  },
  { requiredKeys: ['after', 'maxBytes'], noNullPrototype: true },
);

/** With a turn that may hold the conversation or not, or without one. */
export const stateOptions = fc
  .option(knownTurnId, { nil: undefined, freq: 2 })
  .map((id) => (id === undefined ? {} : { turnId: id }));
