import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  MemoryConversationStore,
  type ConversationStore,
  type StoreLimits,
} from 'conversation-store';
import { mixedStore } from '../support/mixed-store.js';
import { SEALING, SEALINGS } from '../support/sealings.js';
import { openShiftingStore } from '../support/shifting-store.js';
import { openPostgresStore } from '../support/postgres-store.js';
import { openHalfSealedStore, openRedisStore } from '../support/redis-store.js';
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

/** These stores always erase idempotency records, as a quota demands. This one refuses nothing. */
const ERASING_LIMITS = { ...LIMITS, ownerQuotaBytes: 2 ** 40 } as const;

type Open<Limits extends StoreLimits> = (limits: Limits) => Promise<ConversationStore>;

describeDriver('memory', ERASING_LIMITS, openMemoryStore);
describeDriver(
  'memory without a time to live',
  { ...ERASING_LIMITS, ttlMs: null },
  openMemoryStore,
);
const HALF = Math.ceil(FUZZ.runs / 2);
describeDriver('redis', LIMITS, openRedisStore, HALF);
describeDriver('redis, half of it sealed', LIMITS, openHalfSealedStore, HALF);
describeDriver('postgres, each call sealed in another way', ERASING_LIMITS, openMixedStore);
// These take long: both together run two thirds as often as another driver.
const TIERED_RUNS = Math.ceil(FUZZ.runs / 3);
describeDriver('tiered, sealed', ERASING_LIMITS, openSealedStore, TIERED_RUNS);
describeDriver(
  'tiered without a time to live',
  { ...LIMITS, ttlMs: null },
  openShiftingStore,
  TIERED_RUNS,
);

/** What is stored in all ways lies side by side while sealing is switched on, or off, in one process after the other. */
async function openMixedStore(limits: StoreLimits): Promise<ConversationStore> {
  const stores: ConversationStore[] = [];
  // One after the other: each brings the tables up to date.
  for (const sealing of SEALINGS) stores.push(await openPostgresStore({ ...limits, sealing }));
  return mixedStore(stores);
}

function openSealedStore(limits: StoreLimits): Promise<ConversationStore> {
  return openShiftingStore({ ...limits, sealing: SEALING });
}

async function openMemoryStore(limits: StoreLimits): Promise<ConversationStore> {
  return new MemoryConversationStore({ ...limits, maxBytes: 2 ** 26 });
}

function describeDriver<Limits extends StoreLimits>(
  driver: string,
  limits: Limits,
  open: Open<Limits>,
  runs = FUZZ.runs,
): void {
  describe(`what two owners do on the driver ${driver} does what it does to maps and arrays`, () => {
    it(
      'with any operations',
      () => compareWithModel(open, limits, operations, OUTCOMES, runs),
      FUZZ.timeout,
    );

    it(
      'with turns of one conversation',
      () => {
        const withRoom = { ...limits, maxMessagesPerConversation: 8 };
        return compareWithModel(open, withRoom, turnOperations, TURN_OUTCOMES, runs);
      },
      FUZZ.timeout,
    );
  });
}

async function compareWithModel<Limits extends StoreLimits>(
  open: Open<Limits>,
  limits: Limits,
  lists: fc.Arbitrary<Operation[]>,
  outcomes: readonly string[],
  runs: number,
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
    await fc.assert(sameAsModel, { seed: FUZZ.seed, numRuns: runs });
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
