import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ConversationStore, StoreLimits } from 'conversation-store';
import { FUZZ } from '../fuzz-parameters.js';
import { ModelRun } from './model-run.js';
import { operations, turnOperations, twoOwners, type Operation } from './operations.js';

/** Small, so that all of them are met. */
export const LIMITS = {
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
export const ERASING_LIMITS = { ...LIMITS, ownerQuotaBytes: 2 ** 40 } as const;

type Open<Limits extends StoreLimits> = (limits: Limits) => Promise<ConversationStore>;

/** @param runs sequences of operations, of each of two kinds */
export function describeDriver<Limits extends StoreLimits>(
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
