import fc from 'fast-check';
import {
  CONVERSATION_STATUSES,
  ROLES,
  type ConversationPatch,
  type ConversationStore,
  type NewConversation,
  type NewMessage,
  type NewTurn,
  type TurnEnding,
  type TurnRef,
  type TurnStep,
  TURN_POLICIES,
} from 'conversation-store';
import { json, record, text } from '../awkward-text.js';
import { LONG_LEASE_MS, SHORT_LEASE_MS } from './plain-turn.js';

export type Verb = Exclude<keyof ConversationStore, 'driver' | 'ping' | 'close'>;

/** The owner is given by the run, in a {@link TurnRef} too. */
type ArgumentsOf<V extends Verb> =
  Parameters<ConversationStore[V]> extends [infer First, ...infer Rest]
    ? First extends TurnRef
      ? [Omit<TurnRef, 'owner'>, ...Rest]
      : Rest
    : never;

/** A call of the store port by one of two owners. */
export type Operation = {
  [V in Verb]: {
    readonly verb: V;
    readonly owner: 0 | 1;
    readonly args: ArgumentsOf<V>;
    /** Whether the next one follows at once, within the same millisecond if it can. */
    readonly hurried: boolean;
  };
}[Verb];

/** Both owners use the same ids, so that each one's are also tried by the other. */
const IDS = Array.from(
  { length: 6 },
  (_, i) => `0190a1b2-0000-7000-8000-${'fa3c05'[i]}00000000000`,
);
const id = fc.constantFrom(...IDS);
const anyId = fc.oneof(
  { weight: 15, arbitrary: id },
  { weight: 1, arbitrary: fc.constantFrom('', '*', `${IDS[0]}:messages`, `${IDS[0]}*`, '%', '👋') },
);

const metadata = fc.oneof(
  { weight: 2, arbitrary: record(text) },
  { weight: 1, arbitrary: manyLabels('v') },
);

const part = fc.oneof(
  text.map((value) => ({ type: 'text', text: value })),
  fc.tuple(record(json), text).map(([more, type]) => ({ ...more, type })),
);

const message: fc.Arbitrary<NewMessage> = fc.record(
  {
    id: fc.uuid(),
    role: fc.constantFrom(...ROLES),
    parts: fc.array(part, { maxLength: 3 }),
    metadata: record(json),
  },
  { requiredKeys: ['id', 'role', 'parts'], noNullPrototype: true },
);

const messages = fc.oneof(
  { weight: 30, arbitrary: fc.array(message, { maxLength: 4 }) },
  { weight: 1, arbitrary: message.map((one) => Array<NewMessage>(101).fill(one)) },
);

const draft: fc.Arbitrary<NewConversation> = fc.record(
  { id, metadata, messages, title: text, externalId: text },
  { requiredKeys: ['id', 'metadata', 'messages'], noNullPrototype: true },
);

const patch: fc.Arbitrary<ConversationPatch> = fc.record(
  {
    title: fc.option(text),
    externalId: fc.option(text),
    status: fc.constantFrom(...CONVERSATION_STATUSES, 'active' as const),
    metadata: fc.oneof(
      record(fc.option(text)),
      manyLabels('w'),
      manyLabels(null),
      fc.constant(null),
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);

/** Few, so that they meet each other. */
const claim = fc.record(
  {
    key: fc.constantFrom('key', 'key: {*} 1', '__proto__'),
    requestHash: fc.constantFrom('a'.repeat(22), 'b'.repeat(22)),
  },
  { noNullPrototype: true },
);
const writeOptions = fc
  .option(claim, { nil: undefined, freq: 2 })
  .map((idempotency) => ({ idempotency }));

const version = fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined, freq: 2 });
const changeOptions = version.map((expectedVersion) => ({ expectedVersion }));

const place = fc.oneof(fc.integer({ min: -1, max: 8 }), fc.constant(2 ** 40));
const range = fc.record(
  {
    limit: place,
    from: fc.oneof(
      fc.constant('end' as const),
      place.map((before) => ({ before })),
      place.map((after) => ({ after })),
    ),
  },
  { noNullPrototype: true },
);

const query = fc.record(
  {
    limit: fc.integer({ min: 1, max: 4 }),
    statuses: fc.subarray([...CONVERSATION_STATUSES], { minLength: 1 }),
  },
  { noNullPrototype: true },
);

/** Few, so that the same turns are called for again. */
export const TURN_IDS = [1, 2, 3, 4].map((n) => `0190a1b2-1111-7000-8000-00000000000${n}`);
const turnId = fc.constantFrom(...TURN_IDS);
const turnRef = fc.record({ conversationId: anyId, turnId }, { noNullPrototype: true });

const leaseMs = fc.oneof(
  { weight: 7, arbitrary: fc.constant(LONG_LEASE_MS) },
  { weight: 1, arbitrary: fc.constant(SHORT_LEASE_MS) },
);

const newTurn: fc.Arbitrary<NewTurn> = fc.record(
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

const turnStep: fc.Arbitrary<TurnStep> = fc.record({ leaseMs, events }, { noNullPrototype: true });

const turnEnding: fc.Arbitrary<TurnEnding> = fc.record(
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

const turnQuery = fc.record(
  { turnId, after: fc.integer({ min: -1, max: 6 }), limit: fc.integer({ min: 0, max: 3 }) },
  { requiredKeys: ['after', 'limit'], noNullPrototype: true },
);

/** In most cases without a turn, and else with one that may hold the conversation or not. */
const stateOptions = fc
  .option(turnId, { nil: undefined, freq: 1 })
  .map((id) => (id === undefined ? {} : { turnId: id }));

const calls: { readonly [V in Verb]: fc.Arbitrary<ArgumentsOf<V>> } = {
  create: fc.tuple(draft, writeOptions),
  read: fc.tuple(anyId, range),
  append: fc.tuple(anyId, messages, writeOptions),
  update: fc.tuple(anyId, patch, changeOptions),
  delete: fc.tuple(anyId, changeOptions),
  list: fc.tuple(query),
  listIds: fc.constant([]),
  touch: fc.tuple(anyId),
  getState: fc.tuple(anyId),
  putState: fc.tuple(anyId, json, fc.integer({ min: 0, max: 2 }), stateOptions),
  erase: fc.constant([]),
  beginTurn: fc.tuple(anyId, newTurn),
  advanceTurn: fc.tuple(turnRef, turnStep),
  endTurn: fc.tuple(turnRef, turnEnding),
  readTurn: fc.tuple(anyId, turnQuery),
  cancelTurn: fc.tuple(turnRef),
};

const WEIGHTS: Readonly<Record<Verb, number>> = {
  create: 40,
  read: 24,
  append: 30,
  update: 24,
  delete: 6,
  list: 12,
  listIds: 1,
  touch: 6,
  getState: 2,
  putState: 8,
  erase: 1,
  beginTurn: 60,
  advanceTurn: 20,
  endTurn: 25,
  readTurn: 12,
  cancelTurn: 12,
};

const operation = fc.oneof(
  ...(Object.keys(calls) as Verb[]).map((verb) => ({
    weight: WEIGHTS[verb],
    arbitrary: fc.record(
      {
        verb: fc.constant(verb),
        owner: fc.constantFrom(0, 1),
        args: calls[verb],
        hurried: fc.boolean(),
      },
      { noNullPrototype: true },
    ) as fc.Arbitrary<Operation>,
  })),
);

export const operations = fc.array(operation, { maxLength: 120, size: 'max' });

/** Two users of one name in two tenants, or two whose names run into each other's. */
export const twoOwners = fc.oneof(
  fc.tuple(text, text).map(([tenantId, userId]) => [
    { tenantId: `${tenantId}1`, userId },
    { tenantId: `${tenantId}2`, userId },
  ]),
  text.map((name) => [
    { tenantId: 'a', userId: `b:${name}` },
    { tenantId: 'a:b', userId: name },
  ]),
);

/** About as many labels as a conversation may have. */
function manyLabels<T>(value: T): fc.Arbitrary<Readonly<Record<string, T>>> {
  return fc
    .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 15, max: 17 }))
    .map(([from, length]) =>
      Object.fromEntries(Array.from({ length }, (_, i) => [`k${from + i}`, value])),
    );
}
