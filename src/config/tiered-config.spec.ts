import { describe, expect, it } from '@jest/globals';
import { readAppConfig, type AppConfig } from './app-config.js';
import { ConfigurationError, describeMistake } from './configuration.error.js';

const JWT_SECRET = 'a secret of the specs, of 32 bytes or more';
const DATABASE_URL = 'postgres://store:secret@db/conversations';
const BOTH = { DATABASE_URL, REDIS_URL: 'redis://:other@redis' };
const PRODUCTION = { NODE_ENV: 'production', REDIS_URL: 'rediss://redis:6380' };

function storeOf(variables: Record<string, string>): AppConfig['store'] {
  return readAppConfig({ JWT_SECRET, ...variables }).store;
}

function mistakesIn(variables: Record<string, string>): readonly string[] {
  try {
    storeOf(variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes.map(describeMistake);
    throw error;
  }
  return [];
}

function expectMistakes(variables: Record<string, string>, ...heads: string[]): void {
  expect(mistakesIn(variables).map((line) => line.split(':', 1)[0])).toEqual(heads);
}

describe('Redis in front of PostgreSQL', () => {
  it('is chosen by both addresses, and by name', () => {
    expect(storeOf(BOTH)).toEqual(storeOf({ ...BOTH, STORE_DRIVER: 'tiered' }));
    for (const other of [
      { REDIS_HOSTNAME: 'redis' },
      { REDIS_MODE: 'cluster', REDIS_NODES: 'a:1' },
    ]) {
      expect(storeOf({ DATABASE_URL, ...other })).toMatchObject({ driver: 'tiered' });
    }
    const { REDIS_URL } = BOTH;
    expectMistakes({ STORE_DRIVER: 'tiered', REDIS_URL }, 'DATABASE_URL');
    const missing = 'REDIS_URL, REDIS_HOSTNAME and REDIS_NODES';
    expectMistakes({ STORE_DRIVER: 'tiered', DATABASE_URL }, missing);
    expectMistakes({ STORE_DRIVER: 'tiered' }, missing, 'DATABASE_URL');
  });

  it('has the options of both, and defaults for what is its own', () => {
    expect(storeOf({ ...BOTH, DATABASE_MIGRATE: 'false', REDIS_KEY_PREFIX: 'x:' })).toEqual({
      driver: 'tiered',
      compressAbove: 0,
      redis: {
        keyPrefix: 'x:',
        topology: { mode: 'standalone', node: { host: 'redis', port: 6379 }, db: 0 },
        password: 'other',
        timeoutMs: 5_000,
        waitReplicas: 0,
      },
      postgres: {
        host: 'db',
        port: 5432,
        database: 'conversations',
        user: 'store',
        password: 'secret',
        poolSize: 10,
        timeoutMs: 5_000,
        migrate: false,
      },
      residencyMs: 1_800_000,
      writeMode: 'back',
      maxDirtyConversations: 1_000_000,
      ttlMs: null,
      maxMessagesPerConversation: 10_000,
      maxConversationsPerUser: 10_000,
      ownerQuotaBytes: 0,
      pageBytes: 1_048_576,
    });
    const own = { REDIS_RESIDENCY: '60', WRITE_MODE: 'through', MAX_DIRTY_CONVERSATIONS: '5000' };
    expect(storeOf({ ...BOTH, ...own, OWNER_QUOTA_BYTES: '9' })).toMatchObject({
      residencyMs: 60_000,
      writeMode: 'through',
      maxDirtyConversations: 5_000,
      ownerQuotaBytes: 9,
    });
  });

  it('retains for RETENTION_DAYS, and refuses a REDIS_TTL that would mean nothing', () => {
    expect(storeOf({ ...BOTH, RETENTION_DAYS: '2' })).toMatchObject({
      ttlMs: 2 * 24 * 60 * 60 * 1_000,
    });
    const [mistake] = mistakesIn({ ...BOTH, REDIS_TTL: '2592000' });
    expect(mistake).toMatch(/^REDIS_TTL: .*RETENTION_DAYS.*REDIS_RESIDENCY/);
    for (const driver of ['redis', 'memory', 'postgres']) {
      expectMistakes({ ...BOTH, STORE_DRIVER: driver, REDIS_TTL: '60' });
    }
  });

  it('needs TLS to both in production', () => {
    const secure = { ...PRODUCTION, DATABASE_URL: `${DATABASE_URL}?sslmode=require` };
    expect(storeOf(secure)).toMatchObject({ redis: { tls: {} }, postgres: { tls: {} } });
    expectMistakes({ ...secure, DATABASE_URL }, 'DATABASE_URL');
    expectMistakes({ ...secure, REDIS_URL: 'redis://redis' }, 'REDIS_URL');
    expectMistakes(
      { ...PRODUCTION, ...BOTH, REDIS_URL: 'redis://redis' },
      'REDIS_URL',
      'DATABASE_URL',
    );
  });

  it('is prepared by a Redis that marks: the driver is named, and PostgreSQL has its address', () => {
    const store = storeOf({ ...BOTH, STORE_DRIVER: 'redis' });
    expect(store).toMatchObject({ driver: 'redis', marks: true, ttlMs: 2_592_000_000 });
    expect(store).not.toHaveProperty('postgres');
    expect(storeOf({ REDIS_URL: BOTH.REDIS_URL })).toMatchObject({ driver: 'redis', marks: false });
    expectMistakes({ ...BOTH, STORE_DRIVER: 'redis', RETENTION_DAYS: '1' }, 'RETENTION_DAYS');
  });
});
