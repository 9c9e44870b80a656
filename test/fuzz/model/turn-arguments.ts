import fc from 'fast-check';
import {
  CONVERSATION_STATUSES,
  TURN_POLICIES,
  type NewTurn,
  type TurnEnding,
  type TurnRef,
  type TurnStep,
} from 'conversation-store';
import { text } from '../awkward-text.js';
import { claim, message } from './conversation-arguments.js';
import { LONG_LEASE_MS, SHORT_LEASE_MS } from './plain-turn.js';

/** Few, so that the same turns are called for again. */
const TURN_IDS = [1, 2, 3].map((n) => `0190a1b2-1111-7000-8000-00000000000${n}`);
const turnId = fc.constantFrom(...TURN_IDS);

export function turnRefOf(
  conversationId: fc.Arbitrary<string>,
): fc.Arbitrary<Omit<TurnRef, 'owner'>> {
  return fc.record({ conversationId, turnId }, { noNullPrototype: true });
}

const leaseMs = fc.oneof(
  { weight: 7, arbitrary: fc.constant(LONG_LEASE_MS) },
  { weight: 1, arbitrary: fc.constant(SHORT_LEASE_MS) },
);

export const newTurn: fc.Arbitrary<NewTurn> = fc.record(
  {
    id: turnId,
    message,
    onConflict: fc.constantFrom(...TURN_POLICIES),
    leaseMs,
    idempotency: fc.option(claim, { nil: undefined, freq: 3 }),
  },
  { noNullPrototype: true },
);

/** In any order, and some of them sent before. */
const events = fc.array(
  fc.record({ seq: fc.integer({ min: 1, max: 6 }), data: text }, { noNullPrototype: true }),
  { maxLength: 4 },
);

export const turnStep: fc.Arbitrary<TurnStep> = fc.record(
  { leaseMs, events },
  { noNullPrototype: true },
);

export const turnEnding: fc.Arbitrary<TurnEnding> = fc.record(
  {
    end: fc.constantFrom('completed', 'cancelled', 'failed'),
    replies: fc.array(message, { maxLength: 2 }),
    events,
    conversationStatus: fc.option(fc.constantFrom(...CONVERSATION_STATUSES), {
      nil: undefined,
      freq: 1,
    }),
    idempotency: fc.option(claim, { nil: undefined, freq: 2 }),
  },
  { noNullPrototype: true },
);

export const turnQuery = fc.record(
  { turnId, after: fc.integer({ min: -1, max: 6 }), limit: fc.integer({ min: 0, max: 3 }) },
  { requiredKeys: ['after', 'limit'], noNullPrototype: true },
);

/** In most cases without a turn, and else with one that may hold the conversation or not. */
export const stateOptions = fc
  .option(turnId, { nil: undefined, freq: 1 })
  .map((id) => (id === undefined ? {} : { turnId: id }));
