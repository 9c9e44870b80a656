import { describe, expect, it } from '@jest/globals';
import { readAppConfig, type AppConfig } from './app-config.js';
import { ConfigurationError, describeMistake } from './configuration.error.js';

const SECRET = 'a secret of the specs, of 32 bytes or more';
const JWKS = {
  JWT_JWKS_URI: 'https://login.example.com/keys',
  JWT_ISSUER: 'https://login.example.com',
  JWT_AUDIENCE: 'api://conversations',
};

type RedisStore = Extract<AppConfig['store'], { driver: 'redis' }>;
type PostgresStore = Extract<AppConfig['store'], { driver: 'postgres' }>;

function redis(variables: Record<string, string>): RedisStore {
  return readAppConfig({ JWT_SECRET: SECRET, ...variables }).store as RedisStore;
}

function postgres(variables: Record<string, string>): PostgresStore {
  return readAppConfig({ JWT_SECRET: SECRET, ...variables }).store as PostgresStore;
}

function mistakesIn(variables: Record<string, string>): readonly string[] {
  try {
    readAppConfig(variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes.map(describeMistake);
    throw error;
  }
  return [];
}

function expectMistakes(variables: Record<string, string>, ...heads: string[]): void {
  expect(mistakesIn(variables).map((line) => line.split(':', 1)[0])).toEqual(heads);
}

describe('tokens of Entra ID', () => {
  const IDENTITY = '6b3f9d2e-0f35-4c6c-9d67-2f0f6f0a7c11';
  const REDIS = {
    REDIS_AUTH: 'entra',
    REDIS_USERNAME: IDENTITY,
    REDIS_URL: 'rediss://redis:10000',
  };
  const POSTGRES = {
    DATABASE_AUTH: 'entra',
    DATABASE_URL: 'postgres://conversations@db/conversations?sslmode=require',
  };

  it('take the place of the passwords of Redis and PostgreSQL', () => {
    expect(redis(REDIS)).toMatchObject({ username: IDENTITY, tokens: expect.any(Object) });
    expect(redis(REDIS)).not.toHaveProperty('password');
    expect(postgres(POSTGRES)).toMatchObject({ user: 'conversations', tokens: expect.any(Object) });
    expect(redis({ REDIS_URL: 'rediss://redis' })).not.toHaveProperty('tokens');
  });

  it('may not come with a password, without TLS, or to nobody', () => {
    expectMistakes({ ...REDIS, REDIS_PASSWORD: 'p' }, 'REDIS_AUTH and REDIS_PASSWORD');
    expectMistakes({ ...REDIS, REDIS_URL: 'rediss://:p@redis' }, 'REDIS_AUTH and REDIS_URL');
    expectMistakes({ ...REDIS, REDIS_URL: 'redis://redis' }, 'REDIS_AUTH and REDIS_URL');
    expectMistakes({ ...REDIS, REDIS_USERNAME: '' }, 'REDIS_USERNAME');
    expectMistakes({ ...POSTGRES, DATABASE_PASSWORD: 'p' }, 'DATABASE_AUTH and DATABASE_PASSWORD');
    const plain = { ...POSTGRES, DATABASE_URL: 'postgres://u@db/d' };
    expectMistakes(plain, 'DATABASE_AUTH and DATABASE_URL');
    expectMistakes({ ...REDIS, AZURE_CLIENT_ID: 'mine' }, 'AZURE_CLIENT_ID');
    expectMistakes({ REDIS_AUTH: 'aad' }, 'REDIS_AUTH');
  });
});

describe('several issuers, audiences and groups', () => {
  it('are lists with commas', () => {
    const { auth } = readAppConfig({
      ...JWKS,
      JWT_ISSUER: 'https://sts.windows.net/t/, https://login.microsoftonline.com/t/v2.0',
      JWT_AUDIENCE: 'api://conversations,6b3f9d2e-0f35-4c6c-9d67-2f0f6f0a7c11',
      JWT_SERVICE_GROUPS: '6B3F9D2E-0F35-4C6C-9D67-2F0F6F0A7C11',
    });
    expect(auth).toMatchObject({
      issuer: ['https://sts.windows.net/t/', 'https://login.microsoftonline.com/t/v2.0'],
      audience: ['api://conversations', '6b3f9d2e-0f35-4c6c-9d67-2f0f6f0a7c11'],
      serviceGroups: ['6b3f9d2e-0f35-4c6c-9d67-2f0f6f0a7c11'],
    });
    expectMistakes({ ...JWKS, JWT_SERVICE_GROUPS: 'admins' }, 'JWT_SERVICE_GROUPS');
    expectMistakes({ ...JWKS, JWT_ISSUER: 'a,,b' }, 'JWT_ISSUER');
  });
});
