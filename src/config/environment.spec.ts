import { describe, expect, it } from '@jest/globals';
import { readAppConfig } from './app-config.js';
import { ConfigurationError, describeMistake } from './configuration.error.js';
import { readEnvironment } from './environment.js';

function mistakesIn(variables: Record<string, string>): readonly string[] {
  return readEnvironment(variables).mistakes.map(describeMistake);
}

describe('the environment', () => {
  it('has a default for all that needs none', () => {
    expect(readEnvironment({}).environment).toMatchObject({
      NODE_ENV: 'development',
      PORT: 3000,
      LOG_LEVEL: 'info',
      ACCESS_LOG: 'true',
      LOG_ERROR_MESSAGES: undefined,
      CORS_ORIGINS: [],
      BODY_LIMIT: 1_048_576,
      MAX_MESSAGES_PER_CONVERSATION: 10_000,
      MAX_CONVERSATIONS_PER_USER: 10_000,
      REDIS_MODE: 'standalone',
      REDIS_NODES: [],
      REDIS_KEY_PREFIX: 'cs:',
      REDIS_TTL: undefined,
      REDIS_TIMEOUT: 5_000,
      REDIS_WAIT_REPLICAS: 0,
      DATABASE_POOL_SIZE: 10,
      DATABASE_TIMEOUT: 5_000,
      DATABASE_MIGRATE: 'true',
      REDIS_RESIDENCY: 1_800,
      WRITE_MODE: 'back',
      MAX_DIRTY_CONVERSATIONS: 1_000_000,
      COMPRESS_ABOVE: 0,
      JWT_USER_CLAIM: 'sub',
      JWT_TENANT_CLAIM: 'tid',
    });
  });

  it('takes an empty variable for one that is not set', () => {
    const names = Object.keys(readEnvironment({}).environment);
    const empty = Object.fromEntries(names.map((name) => [name, '']));
    expect(readEnvironment(empty).environment).toEqual(readEnvironment({}).environment);
  });

  it('knows nothing of other variables, whatever they are called', () => {
    const others = { PATH: '/bin', toString: 'x', npm_config_port: '7' };
    expect(mistakesIn(others)).toEqual([]);
  });

  it('reads numbers', () => {
    expect(readEnvironment({ PORT: '8080', REDIS_TTL: '60' }).environment).toMatchObject({
      PORT: 8080,
      REDIS_TTL: 60,
    });
  });

  it.each([
    'x',
    ' ',
    ' 80',
    '80 ',
    '0x50',
    '8e1',
    '8.0',
    '-1',
    '+1',
    '65536',
    '1_000',
    'NaN',
    '８０',
  ])('says once that no port is %j', (PORT) =>
    expect(mistakesIn({ PORT })).toEqual(['PORT: must be a whole number from 0 to 65535']),
  );

  it.each<[string, string, string]>([
    ['BODY_LIMIT', '1023', '1024'],
    ['BODY_LIMIT', '67108865', '67108864'],
    ['MAX_MESSAGE_BYTES', '1023', '1024'],
    ['MAX_MESSAGE_BYTES', '1048577', '1048576'],
    ['REDIS_TTL', '0', '1'],
    ['REDIS_TIMEOUT', '9', '10'],
    ['REDIS_WAIT_REPLICAS', '6', '1'],
    ['MAX_MESSAGES_PER_CONVERSATION', '0', '1'],
    ['MAX_CONVERSATIONS_PER_USER', '1000001', '1000000'],
    ['SHUTDOWN_DRAIN_MS', '300001', '0'],
    ['MEMORY_LIMIT', '1048575', '1048576'],
    ['REDIS_PORT', '0', '6379'],
    ['NODE_ENV', 'prod', 'production'],
    ['LOG_LEVEL', 'verbose', 'trace'],
    ['LOG_LEVEL', 'INFO', 'silent'],
    ['LOG_FORMAT', 'pretty', 'json'],
    ['ACCESS_LOG', 'no', 'false'],
    ['LOG_REMOTE_ADDRESS', '1', 'true'],
    ['LOG_ERROR_MESSAGES', 'yes', 'false'],
    ['STORE_DRIVER', 'mongo', 'memory'],
    ['STORE_DRIVER', 'postgresql', 'postgres'],
    ['STORE_DRIVER', 'tier', 'tiered'],
    ['REDIS_RESIDENCY', '0', '1'],
    ['REDIS_RESIDENCY', '2592001', '2592000'],
    ['WRITE_MODE', 'behind', 'through'],
    ['MAX_DIRTY_CONVERSATIONS', '999', '1000'],
    ['DATABASE_POOL_SIZE', '0', '1'],
    ['DATABASE_POOL_SIZE', '1001', '1000'],
    ['DATABASE_TIMEOUT', '9', '10'],
    ['DATABASE_MIGRATE', 'yes', 'false'],
    ['RETENTION_DAYS', '0', '1'],
    ['RETENTION_DAYS', '1.5', '36500'],
    ['COMPRESS_ABOVE', '63', '64'],
    ['COMPRESS_ABOVE', '1048577', '1048576'],
    ['COMPRESS_ABOVE', '-1', '0'],
    ['REDIS_MODE', 'Cluster', 'cluster'],
    ['REDIS_TLS', 'yes', 'true'],
    ['REDIS_KEY_PREFIX', 'a{b', 'a:b:'],
    ['REDIS_KEY_PREFIX', 'a b', 'x'.repeat(64)],
    ['JWT_SECRET', 'x'.repeat(31), 'x'.repeat(32)],
    ['JWT_ALGORITHM', 'none', 'HS512'],
    ['JWT_JWKS_URI', 'login.example.com/keys', 'https://login.example.com/keys'],
    ['JWT_JWKS_URI', 'file:///etc/keys', 'http://localhost:8080/keys'],
    ['REDIS_NODES', 'a:1,b', 'a:1, b:2'],
    ['REDIS_NODES', 'redis://a:1', 'a-b.c:1'],
    ['REDIS_NODES', 'a:1,', 'a:1'],
  ])('%s: refuses %j and takes %j', (name, bad, good) => {
    expect(mistakesIn({ [name]: bad })).toEqual([expect.stringMatching(`^${name}: must `)]);
    expect(mistakesIn({ [name]: good })).toEqual([]);
  });

  describe('CORS_ORIGINS', () => {
    it('is a list', () => {
      const CORS_ORIGINS = 'https://chat.example.com, http://localhost:5173';
      expect(readEnvironment({ CORS_ORIGINS }).environment.CORS_ORIGINS).toEqual([
        'https://chat.example.com',
        'http://localhost:5173',
      ]);
    });

    it.each([
      '*',
      'null',
      'chat.example.com',
      'https://chat.example.com/',
      'https://chat.example.com/path',
      'https://*.example.com',
      'https://Chat.example.com',
      'https://chat.example.com:443',
      'https://user@chat.example.com',
      'https://a.example https://b.example',
      'https://a.example,',
      'ftp://a.example',
    ])('holds nothing that no browser sends: %s', (CORS_ORIGINS) => {
      expect(mistakesIn({ CORS_ORIGINS })).toEqual([expect.stringMatching(/^CORS_ORIGINS: must /)]);
    });
  });

  describe('REDIS_URL', () => {
    it.each([
      'redis://localhost',
      'redis://conversation_store:6379',
      'rediss://user:p%40ss@name.redis.cache.windows.net:6380/1',
      'redis://[::1]:6379',
      'redis://127.0.0.1',
    ])('may be %s', (REDIS_URL) => expect(mistakesIn({ REDIS_URL })).toEqual([]));

    it.each([
      'localhost:6379',
      'http://localhost:6379',
      'redis://',
      'redis:///0',
      'redis://host:port',
      'redis://host:99999',
      'redis://:pa/ss@host',
      'redis://ho st',
    ])('may not be %s', (REDIS_URL) => {
      expect(mistakesIn({ REDIS_URL })).toEqual([expect.stringMatching(/^REDIS_URL: must /)]);
    });
  });

  describe('DATABASE_URL', () => {
    it.each([
      'postgres://store@localhost/conversations',
      'postgresql://store:p%40ss@name.postgres.database.azure.com:5432/db?sslmode=require',
      'postgres://store@[::1]:5432/db',
    ])('may be %s', (DATABASE_URL) => expect(mistakesIn({ DATABASE_URL })).toEqual([]));

    it.each([
      'localhost:5432',
      'mysql://store@localhost/db',
      'postgres://',
      'postgres:///db',
      'postgres://host:port/db',
      'postgres://store:pa/ss@host/db',
      'postgres://store:pa#ss@host/db',
      'host=localhost dbname=db',
    ])('may not be %s', (DATABASE_URL) => {
      expect(mistakesIn({ DATABASE_URL })).toEqual([expect.stringMatching(/^DATABASE_URL: must /)]);
    });
  });

  it('names the levels of the log to who uses one of Nest', () => {
    expect(mistakesIn({ LOG_LEVEL: 'log' })).toEqual([
      'LOG_LEVEL: must be one of the following values: fatal, error, warn, info, debug, trace, silent',
    ]);
  });

  describe('a rate limit', () => {
    it('is requests and seconds, for users and for tenants', () => {
      const { rateLimits } = readAppConfig({
        RATE_LIMIT_TENANT: '1000000000/86400',
        RATE_LIMIT_USER: '1/1',
      });
      expect(rateLimits).toEqual([
        { policy: 'user', requests: 1, windowSeconds: 1 },
        { policy: 'tenant', requests: 1_000_000_000, windowSeconds: 86_400 },
      ]);
      expect(readAppConfig({ RATE_LIMIT_USER: '' }).rateLimits).toEqual([]);
    });

    it.each(
      // prettier-ignore
      ['600', '600/', '/60', '0/60', '600/0', '-1/60', '1.5/60', '600/60/1', '600/60s', ' 600/60', '0x10/60', '1e3/60',
        '1000000001/60', '600/86401', 'off'],
    )('is not %p', (value) => {
      expect(mistakesIn({ RATE_LIMIT_USER: value })).toEqual([
        'RATE_LIMIT_USER: must be requests and seconds such as 600/60: 1 to 1000000000 requests in 1 to 86400 seconds',
      ]);
    });
  });

  it('reports all mistakes together, and no value', () => {
    const variables = {
      PORT: 'port-value',
      JWT_SECRET: 'secret-value',
      REDIS_URL: 'redis://user:password-value@host:x',
      DATABASE_URL: 'postgres://user:password-value@host:x/db-value',
      JWT_JWKS_URI: 'jwks-value',
      CORS_ORIGINS: 'cors-value',
      REDIS_NODES: 'nodes-value',
      STORE_DRIVER: 'driver-value',
      JWT_ALGORITHM: 'algorithm-value',
      NODE_ENV: 'env-value',
    };
    const { mistakes } = readEnvironment(variables);
    expect(mistakes.flatMap(({ variables: names }) => names).sort()).toEqual(
      Object.keys(variables).sort(),
    );
    const { message } = new ConfigurationError(mistakes);
    for (const line of mistakesIn(variables)) expect(message).toContain(`\n  - ${line}`);
    expect(message).not.toMatch(/-value/);
  });
});
