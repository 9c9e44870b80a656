import { beforeEach, expect, it, jest } from '@jest/globals';
import { TooManyConversationsError } from '../../domain/conversation.errors.js';
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
import type { CountedConversations } from '../redis/create-options.js';
import type { RedisTier } from '../redis/tier/redis.tier.js';
import { StoreUnavailableError } from '../store.errors.js';
import { ConversationCap } from './conversation-cap.js';

const OWNER = { tenantId: 'acme', userId: 'alice' };

const unsavedIds = jest.fn(() => Promise.resolve(['two', 'three']));
const unsavedCount = jest.fn(() => Promise.resolve(2));
const forgetExpired = jest.fn(() => Promise.resolve(0));
const conversationCount = jest.fn(() => Promise.resolve(5));
const living = jest.fn(() => Promise.resolve([{ hasExpired: true }, { hasExpired: false }]));
const cap = new ConversationCap(
  { hot: { unsavedIds, unsavedCount, forgetExpired } } as unknown as RedisTier,
  { conversationCount, living } as unknown as PostgresRecord,
);

beforeEach(() => {
  jest.clearAllMocks();
});

it('counts with two numbers while there is room', async () => {
  await expect(cap.run(OWNER, (counted) => Promise.resolve(counted))).resolves.toEqual({
    saved: 7,
    unsaved: [],
  });
  expect(unsavedIds).not.toHaveBeenCalled();
  expect(living).not.toHaveBeenCalled();
});

it('counts each once, and then without those that have expired, before it refuses', async () => {
  const counts: (CountedConversations | undefined)[] = [];
  const refused = cap.run(OWNER, (counted) => {
    counts.push(counted);
    return Promise.reject(new TooManyConversationsError(3));
  });
  await expect(refused).rejects.toThrow(TooManyConversationsError);
  expect(counts).toEqual([
    { saved: 7, unsaved: [] },
    { saved: 5, unsaved: ['two', 'three'] },
    { saved: 1, unsaved: ['two', 'three'] },
  ]);
});

it('lets Redis count alone while PostgreSQL is away', async () => {
  conversationCount.mockRejectedValueOnce(
    new StoreUnavailableError('PostgreSQL is away.', { mayHaveBeenApplied: false }),
  );
  await expect(cap.run(OWNER, (counted) => Promise.resolve(counted))).resolves.toBeUndefined();
});
