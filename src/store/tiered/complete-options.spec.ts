import { describe, expect, it } from '@jest/globals';
import { completeTieredOptions } from './complete-options.js';

const ADDRESSES = {
  redis: {
    topology: { mode: 'standalone', node: { host: 'redis', port: 6379 }, db: 0 },
  },
  postgres: { host: 'db', database: 'conversations', user: 'store' },
} as const;

describe('completeTieredOptions', () => {
  it('has a default for all but the addresses', () => {
    expect(completeTieredOptions({ driver: 'tiered', ...ADDRESSES })).toMatchObject({
      redis: { ...ADDRESSES.redis, keyPrefix: 'cs:', timeoutMs: 5_000, waitReplicas: 0 },
      postgres: {
        ...ADDRESSES.postgres,
        port: 5432,
        poolSize: 10,
        timeoutMs: 5_000,
        migrate: true,
      },
      ttlMs: null,
      residencyMs: 1_800_000,
      writeMode: 'back',
      maxDirtyConversations: 1_000_000,
      maxMessagesPerConversation: 10_000,
    });
  });

  it('retains what is given', () => {
    const given = {
      redis: { ...ADDRESSES.redis, keyPrefix: 'x:', timeoutMs: 1, waitReplicas: 1 },
      postgres: { ...ADDRESSES.postgres, port: 1, poolSize: 2, timeoutMs: 3, migrate: false },
      ttlMs: 1,
      residencyMs: 2,
      writeMode: 'through',
      maxDirtyConversations: 3,
    } as const;
    expect(completeTieredOptions({ driver: 'tiered', ...given })).toMatchObject(given);
  });
});
