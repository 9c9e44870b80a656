import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryConversationStore, type ConversationStore } from 'conversation-store';
import { openRedisStore } from '../support/redis-store.js';
import { FUZZ } from './fuzz-parameters.js';
import { ModelRun } from './model/model-run.js';
import { operations, twoOwners } from './model/operations.js';

/** Small, so that all of them are met. */
const LIMITS = {
  ttlMs: 600_000,
  maxMessagesPerConversation: 6,
  maxConversationsPerUser: 4,
} as const;

/** All that an operation can come to here. A run that does not meet each one has proved little. */
const OUTCOMES = [
  'RangeError',
  'begun',
  'conversation-closed',
  'conversation-exists',
  'conversation-full',
  'conversation-not-found',
  'done',
  'idempotency-mismatch',
  'metadata-full',
  'queued',
  'replayed',
  'too-many-conversations',
  'turn-conflict',
  'turn-lost',
  'turn-not-found',
  'version-conflict',
];

describe.each<[driver: string, open: () => Promise<ConversationStore>]>([
  ['memory', async () => new MemoryConversationStore({ ...LIMITS, maxBytes: 2 ** 26 })],
  ['redis', () => openRedisStore(LIMITS)],
])('any operations of two owners on the driver %s', (_, open) => {
  let store: ConversationStore;

  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  it(
    'do what they do to maps and arrays',
    async () => {
      const seen = new Set<string>();
      const sameAsModel = fc.asyncProperty(twoOwners, operations, async (names, list) => {
        const run = new ModelRun(store, LIMITS, freshOwners(names));
        for (const operation of list) seen.add(await run.step(operation));
        await run.compareAll();
      });
      await fc.assert(sameAsModel, { seed: FUZZ.seed, numRuns: FUZZ.runs });
      expect([...seen].sort()).toEqual(OUTCOMES);
    },
    FUZZ.timeout,
  );
});

/** Every run has owners of its own; the end of a name is as good as its beginning. */
function freshOwners(
  names: readonly { tenantId: string; userId: string }[],
): { tenantId: string; userId: string }[] {
  const run = randomUUID();
  return names.map(({ tenantId, userId }) => ({ tenantId, userId: `${userId}${run}` }));
}
