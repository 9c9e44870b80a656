import fc from 'fast-check';
import type { ConversationStore, TurnRef } from 'conversation-store';
import { json, text } from '../awkward-text.js';
import {
  anyId,
  appendOptions,
  changeOptions,
  draftOf,
  forkOf,
  IDS,
  messages,
  patch,
  query,
  range,
  writeOptions,
} from './conversation-arguments.js';
import {
  newTurn,
  stateOptions,
  turnEnding,
  turnQuery,
  turnRefOf,
  turnStep,
} from './turn-arguments.js';

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

type Calls = { readonly [V in Verb]: fc.Arbitrary<ArgumentsOf<V>> };

function callsOn(id: fc.Arbitrary<string>, newId: fc.Arbitrary<string>): Calls {
  return {
    create: fc.tuple(draftOf(newId), writeOptions),
    fork: fc.tuple(forkOf(newId, id), writeOptions),
    read: fc.tuple(id, range),
    append: fc.tuple(id, messages, appendOptions),
    update: fc.tuple(id, patch, changeOptions),
    delete: fc.tuple(id, changeOptions),
    list: fc.tuple(query),
    listIds: fc.constant([]),
    touch: fc.tuple(id),
    getState: fc.tuple(id),
    putState: fc.tuple(id, json, fc.integer({ min: 0, max: 2 }), stateOptions),
    erase: fc.constant([]),
    flush: fc.constant([]),
    beginTurn: fc.tuple(id, newTurn),
    advanceTurn: fc.tuple(turnRefOf(id), turnStep),
    endTurn: fc.tuple(turnRefOf(id), turnEnding),
    readTurn: fc.tuple(id, turnQuery),
    cancelTurn: fc.tuple(turnRefOf(id)),
  };
}

type Weights = Readonly<Partial<Record<Verb, number>>>;

function operationsOf(
  calls: Calls,
  weights: Weights,
  owner: fc.Arbitrary<number>,
): fc.Arbitrary<Operation[]> {
  const operation = fc.oneof(
    ...(Object.keys(weights) as Verb[]).map((verb) => ({
      weight: weights[verb] ?? 0,
      arbitrary: fc.record(
        { verb: fc.constant(verb), owner, args: calls[verb], hurried: fc.boolean() },
        { noNullPrototype: true },
      ) as fc.Arbitrary<Operation>,
    })),
  );
  return fc.array(operation, { maxLength: 100, size: 'max' });
}

/** Operations on as many conversations as an owner may have and more. */
export const operations = operationsOf(
  callsOn(anyId, fc.constantFrom(...IDS)),
  {
    create: 40,
    fork: 10,
    read: 24,
    append: 40,
    update: 30,
    delete: 6,
    list: 12,
    listIds: 1,
    touch: 6,
    getState: 2,
    putState: 8,
    erase: 1,
    flush: 4,
  },
  fc.constantFrom(0, 1),
);

const [FIRST_ID, SECOND_ID] = IDS as [string, string];
const fewIds = fc.oneof(
  { weight: 8, arbitrary: fc.constant(FIRST_ID) },
  { weight: 1, arbitrary: fc.constant(SECOND_ID) },
);

const opening = [FIRST_ID, SECOND_ID].map((id): Operation => {
  const args: ArgumentsOf<'create'> = [{ id, metadata: {}, messages: [] }, {}];
  return { verb: 'create', owner: 0, args, hurried: true };
});

/** Operations on turns, nearly all of them on one conversation, so that turns meet each other. */
export const turnOperations = operationsOf(
  callsOn(fewIds, fewIds),
  {
    create: 8,
    append: 4,
    update: 6,
    delete: 2,
    putState: 10,
    beginTurn: 80,
    advanceTurn: 30,
    endTurn: 35,
    readTurn: 12,
    cancelTurn: 16,
    flush: 4,
  },
  fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1),
).map((rest) => [...opening, ...rest]);

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
