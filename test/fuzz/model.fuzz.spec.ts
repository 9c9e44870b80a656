import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  MemoryConversationStore,
  type ConversationStore,
  type StoreLimits,
} from 'conversation-store';
import { openRedisStore } from '../support/redis-store.js';
import { FUZZ } from './fuzz-parameters.js';
import { ModelRun } from './model/model-run.js';
import { operations, turnOperations, twoOwners, type Operation } from './model/operations.js';

/** Small, so that all of them are met. */
const LIMITS = {
  ttlMs: 600_000,
  maxMessagesPerConversation: 6,
  maxConversationsPerUser: 4,
  pageBytes: 300,
} as const;

/** With room for a few turns. */
const TURN_LIMITS = { ...LIMITS, maxMessagesPerConversation: 8 } as const;

/** What operations must come to at least. A run that does not meet each one has proved little. */
const OUTCOMES = [
  'RangeError',
  'conversation-closed',
  'conversation-exists',
  'conversation-full',
  'conversation-not-found',
  'cut',
  'done',
  'idempotency-mismatch',
  'metadata-full',
  'replayed',
  'too-many-conversations',
  'version-conflict',
];
const TURN_OUTCOMES = [
  'RangeError',
  'begun',
  'conversation-closed',
  'conversation-exists',
  'conversation-full',
  'conversation-not-found',
  'cut',
  'done',
  'idempotency-mismatch',
  'queued',
  'replayed',
  'turn-conflict',
  'turn-lost',
  'turn-not-found',
  'version-conflict',
];

describe.each<[driver: string, open: (limits: StoreLimits) => Promise<ConversationStore>]>([
  ['memory', async (limits) => new MemoryConversationStore({ ...limits, maxBytes: 2 ** 26 })],
  ['redis', (limits) => openRedisStore(limits)],
])('what two owners do on the driver %s does what it does to maps and arrays', (_, open) => {
  it(
    'with any operations',
    () => compareWithModel(open, LIMITS, operations, OUTCOMES),
    FUZZ.timeout,
  );

  it(
    'with turns of one conversation',
    () => compareWithModel(open, TURN_LIMITS, turnOperations, TURN_OUTCOMES),
    FUZZ.timeout,
  );
});

async function compareWithModel(
  open: (limits: StoreLimits) => Promise<ConversationStore>,
  limits: StoreLimits,
  lists: fc.Arbitrary<Operation[]>,
  outcomes: readonly string[],
): Promise<void> {
  const store = await open(limits);
  const seen = new Set<string>();
  const sameAsModel = fc.asyncProperty(twoOwners, lists, async (names, list) => {
    const run = new ModelRun(store, limits, freshOwners(names));
    for (const operation of list) seen.add(await run.step(operation));
    await run.compareAll();
    if (run.cuts > 0) seen.add('cut');
  });
  try {
    await fc.assert(sameAsModel, { seed: FUZZ.seed, numRuns: FUZZ.runs });
  } finally {
    await store.close();
  }
  expect(outcomes.filter((outcome) => !seen.has(outcome))).toEqual([]);
}

/** Every run has owners of its own; the end of a name is as good as its beginning. */
function freshOwners(
  names: readonly { tenantId: string; userId: string }[],
): { tenantId: string; userId: string }[] {
  const run = randomUUID();
  return names.map(({ tenantId, userId }) => ({ tenantId, userId: `${userId}${run}` }));
}
