import fc from 'fast-check';
import {
  CONVERSATION_STATUSES,
  ROLES,
  type ConversationPatch,
  type NewConversation,
  type NewFork,
  type NewMessage,
} from 'conversation-store';
import { json, record, text } from '../awkward-text.js';

/** Both owners use the same ids, so that each one's are also tried by the other. */
export const IDS = Array.from(
  { length: 6 },
  (_, i) => `0190a1b2-0000-7000-8000-${'fa3c05'[i]}00000000000`,
);
export const anyId = fc.oneof(
  { weight: 15, arbitrary: fc.constantFrom(...IDS) },
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

export const message: fc.Arbitrary<NewMessage> = fc.record(
  {
    id: fc.uuid(),
    role: fc.constantFrom(...ROLES),
    parts: fc.array(part, { maxLength: 3 }),
    metadata: record(json),
  },
  { requiredKeys: ['id', 'role', 'parts'], noNullPrototype: true },
);

export const messages = fc.oneof(
  { weight: 30, arbitrary: fc.array(message, { maxLength: 4 }) },
  { weight: 1, arbitrary: message.map((one) => Array<NewMessage>(101).fill(one)) },
);

export function draftOf(id: fc.Arbitrary<string>): fc.Arbitrary<NewConversation> {
  return fc.record(
    { id, metadata, messages, title: text, externalId: text },
    { requiredKeys: ['id', 'metadata', 'messages'], noNullPrototype: true },
  );
}

export function forkOf(
  id: fc.Arbitrary<string>,
  sourceId: fc.Arbitrary<string>,
): fc.Arbitrary<NewFork> {
  const seq = fc.integer({ min: 0, max: 8 });
  const forkedFrom = fc.record({ id: sourceId, seq }, { noNullPrototype: true });
  return fc.record({ id, forkedFrom }, { noNullPrototype: true });
}

export const patch: fc.Arbitrary<ConversationPatch> = fc.record(
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
    leafSeq: fc.integer({ min: 0, max: 8 }),
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
export const writeOptions = fc
  .option(claim, { nil: undefined, freq: 2 })
  .map((idempotency) => ({ idempotency }));

/** Where messages go: mostly behind the leaf. */
const placement = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 8 }).map((parentSeq) => ({ parentSeq })) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 8 }).map((supersedes) => ({ supersedes })) },
);
export const appendOptions = fc
  .tuple(writeOptions, placement)
  .map(([options, place]) => ({ ...options, ...place }));

const version = fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined, freq: 2 });
export const changeOptions = version.map((expectedVersion) => ({ expectedVersion }));

const place = fc.oneof(fc.integer({ min: -1, max: 8 }), fc.constant(2 ** 40));
export const range = fc.record(
  {
    limit: place,
    from: fc.oneof(
      fc.constant('end' as const),
      place.map((before) => ({ before })),
      place.map((after) => ({ after })),
    ),
    branch: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constant('all' as const) },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: 8 }) },
    ),
  },
  { noNullPrototype: true },
);

export const query = fc.record(
  {
    limit: fc.integer({ min: 1, max: 4 }),
    statuses: fc.subarray([...CONVERSATION_STATUSES], { minLength: 1 }),
  },
  { noNullPrototype: true },
);

/** About as many labels as a conversation may have. */
function manyLabels<T>(value: T): fc.Arbitrary<Readonly<Record<string, T>>> {
  return fc
    .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 15, max: 17 }))
    .map(([from, length]) =>
      Object.fromEntries(Array.from({ length }, (_, i) => [`k${from + i}`, value])),
    );
}
