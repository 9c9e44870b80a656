import { describe, expect, it } from '@jest/globals';
import { readAppConfig, type AppConfig } from './app-config.js';
import { ConfigurationError, describeMistake } from './configuration.error.js';

const SECRET = 'a secret of the specs, of 32 bytes or more';
const JWKS = {
  JWT_JWKS_URI: 'https://login.example.com/keys',
  JWT_ISSUER: 'https://login.example.com',
  JWT_AUDIENCE: 'api://conversations',
};
const PRODUCTION = { NODE_ENV: 'production', JWT_SECRET: SECRET, REDIS_URL: 'rediss://redis:6380' };

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

describe('in development', () => {
  it('nothing need be set', () => {
    const { auth, store, http, isProduction } = readAppConfig({});
    expect(isProduction).toBe(false);
    expect(auth).toMatchObject({ userClaim: 'sub', tenantClaim: 'tid' });
    expect(auth?.keys).toMatchObject({ kind: 'secret', algorithm: 'HS256', generated: true });
    expect(store).toMatchObject({ driver: 'memory', ttlMs: 2_592_000_000 });
    expect(http).toMatchObject({ port: 3000, corsOrigins: [], drainMs: 0, hasDocsPage: true });
  });

  it('the generated secret is another one every time, and long enough', () => {
    const secrets = [readAppConfig({}), readAppConfig({})].map(({ auth }) =>
      auth?.keys.kind === 'secret' ? auth.keys.secret : '',
    );
    expect(new Set(secrets).size).toBe(2);
    for (const secret of secrets) expect(secret.length).toBeGreaterThanOrEqual(32);
  });

  it('Redis may go without TLS, and the key server without issuer and audience', () => {
    const { JWT_JWKS_URI } = JWKS;
    const { store, auth } = readAppConfig({ JWT_JWKS_URI, REDIS_URL: 'redis://redis' });
    expect(store).not.toHaveProperty('tls');
    expect(auth).toMatchObject({ keys: { kind: 'jwks', uri: JWT_JWKS_URI, algorithm: 'RS256' } });
  });
});

describe('in production', () => {
  it('a secret and a rediss:// URL are enough', () => {
    expect(readAppConfig(PRODUCTION)).toMatchObject({
      isProduction: true,
      http: { drainMs: 5_000, hasDocsPage: false },
      auth: { keys: { kind: 'secret', secret: SECRET, generated: false } },
      store: { driver: 'redis', tls: {} },
    });
  });

  it('has a page of the API where it is asked for', () => {
    expect(readAppConfig({ ...PRODUCTION, DOCS_PAGE: 'true' }).http.hasDocsPage).toBe(true);
  });

  it('needs rediss://', () => {
    expectMistakes({ ...PRODUCTION, REDIS_URL: 'redis://redis' }, 'REDIS_URL');
    const rest = { ...PRODUCTION, REDIS_URL: '' };
    expectMistakes({ ...rest, REDIS_HOSTNAME: 'redis', REDIS_TLS: 'false' }, 'REDIS_TLS');
    expectMistakes({ ...rest, REDIS_HOSTNAME: 'redis' });
  });

  it('refuses memory, unless asked for by name', () => {
    const rest = { ...PRODUCTION, REDIS_URL: '' };
    expectMistakes(rest, 'REDIS_URL and DATABASE_URL');
    expect(readAppConfig({ ...rest, STORE_DRIVER: 'memory' }).store?.driver).toBe('memory');
    expect(readAppConfig({ ...PRODUCTION, STORE_DRIVER: 'memory' }).store?.driver).toBe('memory');
  });

  it('needs a PostgreSQL over TLS', () => {
    const rest = { ...PRODUCTION, REDIS_URL: '' };
    const DATABASE_URL = 'postgres://store@db/conversations';
    expectMistakes({ ...rest, DATABASE_URL }, 'DATABASE_URL');
    expectMistakes({ ...rest, DATABASE_URL: `${DATABASE_URL}?sslmode=disable` }, 'DATABASE_URL');
    for (const mode of ['require', 'verify-full']) {
      const variables = { ...rest, DATABASE_URL: `${DATABASE_URL}?sslmode=${mode}` };
      expect(readAppConfig(variables).store).toMatchObject({ driver: 'postgres', tls: {} });
    }
  });

  it('needs a secret or a key server', () => {
    const rest = { ...PRODUCTION, JWT_SECRET: '' };
    expectMistakes(rest, 'JWT_JWKS_URI and JWT_SECRET');
    expectMistakes({ ...rest, ...JWKS });
  });

  it.each(['JWT_ISSUER', 'JWT_AUDIENCE'])('needs %s with a key server', (missing) => {
    const variables = { ...PRODUCTION, JWT_SECRET: '', ...JWKS, [missing]: '' };
    expectMistakes(variables, 'JWT_ISSUER and JWT_AUDIENCE');
  });

  it('refuses a weak secret', () => {
    expectMistakes({ ...PRODUCTION, JWT_SECRET: 'changeme' }, 'JWT_SECRET');
  });
});

describe('anywhere', () => {
  it('takes a secret or a key server, not both', () => {
    expectMistakes({ JWT_SECRET: SECRET, ...JWKS }, 'JWT_SECRET and JWT_JWKS_URI');
  });

  it.each([
    [{ JWT_SECRET: SECRET, JWT_ALGORITHM: 'RS256' }, false],
    [{ JWT_SECRET: SECRET, JWT_ALGORITHM: 'HS512' }, true],
    [{ ...JWKS, JWT_ALGORITHM: 'HS256' }, false],
    [{ ...JWKS, JWT_ALGORITHM: 'ES384' }, true],
  ])('pins one algorithm that fits the keys: %j', (variables, isGood) => {
    expectMistakes(variables, ...(isGood ? [] : ['JWT_ALGORITHM']));
    if (isGood) {
      expect(readAppConfig(variables).auth?.keys.algorithm).toBe(variables.JWT_ALGORITHM);
    }
  });

  it('refuses a METRICS_PORT that is the port of the service', () => {
    const mistakes = (more: object) => mistakesIn({ PORT: '4000', METRICS_PORT: '4000', ...more });
    expect(mistakes({})).toEqual([expect.stringMatching(/^METRICS_PORT and PORT: /)]);
    expect(mistakes({ METRICS: 'false' })).toHaveLength(1);
    expect(mistakes({ PORT: '4001' })).toEqual([]);
  });

  it('reports the mistakes of one variable and of several together, each once', () => {
    expectMistakes(
      {
        NODE_ENV: 'production',
        PORT: 'x',
        JWT_SECRET: 'weak',
        REDIS_URL: 'redis://:100%@redis/x',
        REDIS_MODE: 'sentinel',
      },
      'PORT',
      'JWT_SECRET',
      'REDIS_URL',
      'REDIS_URL',
      'REDIS_URL',
      'REDIS_SENTINEL_NAME',
    );
  });

  it('blames nothing else for a URL that is none', () => {
    expectMistakes({ ...PRODUCTION, REDIS_URL: 'redis:6379' }, 'REDIS_URL');
  });

  it('echoes no value', () => {
    const variables = {
      NODE_ENV: 'production',
      JWT_SECRET: 'secret-value',
      REDIS_URL: 'redis://user-value:password-value%@host-value/db-value',
      REDIS_TLS_CA_FILE: '/file-value',
      REDIS_MODE: 'cluster',
      REDIS_NODES: 'node-value:1',
      DATABASE_URL: 'postgres://user-value:password-value%@host-value/db-value?sslmode=mode-value',
      DATABASE_TLS_CA_FILE: '/file-value',
    };
    expect(() => readAppConfig(variables)).toThrow(ConfigurationError);
    expect(mistakesIn(variables).join('\n')).not.toMatch(/-value/);
  });
});

describe('Redis', () => {
  it.each([
    ['redis://redis', { host: 'redis', port: 6379 }, 0],
    ['redis://redis/', { host: 'redis', port: 6379 }, 0],
    ['redis://redis:7000/3', { host: 'redis', port: 7000 }, 3],
    ['redis://[::1]:7000', { host: '::1', port: 7000 }, 0],
    ['redis://conversation_store/15', { host: 'conversation_store', port: 6379 }, 15],
  ])('is where %s says', (REDIS_URL, node, db) => {
    expect(redis({ REDIS_URL }).topology).toEqual({ mode: 'standalone', node, db });
  });

  it.each([
    ['redis://redis', undefined, undefined],
    ['redis://:p%40ss%2Fw%25rd%23@redis', undefined, 'p@ss/w%rd#'],
    ['redis://us%3Aer:%C3%A9@redis', 'us:er', 'é'],
    ['redis://user@redis', 'user', undefined],
  ])('is entered as %s says', (REDIS_URL, username, password) => {
    const options = redis({ REDIS_URL });
    expect([options.username, options.password]).toEqual([username, password]);
  });

  it('is entered with what has a variable of its own', () => {
    const variables = { REDIS_URL: 'redis://a:b@redis', REDIS_USERNAME: 'c', REDIS_PASSWORD: 'd%' };
    expect(redis(variables)).toMatchObject({ username: 'c', password: 'd%' });
  });

  it.each(['redis://:100%@redis', 'redis://:%zz@redis', 'redis://%ff:x@redis'])(
    'is not where a garbled escape is: %s',
    (REDIS_URL) => expectMistakes({ REDIS_URL }, 'REDIS_URL'),
  );

  it.each(['x', '-1', '1.5', '0/1', '1e1', '%31', '999999'])('has no database %s', (db) => {
    expectMistakes({ REDIS_URL: `redis://redis/${db}` }, 'REDIS_URL');
  });

  it('has a name alone on Azure', () => {
    const REDIS_HOSTNAME = 'name.redis.cache.windows.net';
    const options = redis({ NODE_ENV: 'production', REDIS_HOSTNAME, REDIS_PASSWORD: 'key=' });
    expect(options).toMatchObject({
      topology: { mode: 'standalone', node: { host: REDIS_HOSTNAME, port: 6380 }, db: 0 },
      password: 'key=',
      tls: {},
    });
    expect(redis({ REDIS_HOSTNAME, REDIS_PORT: '10000' }).topology).toMatchObject({
      node: { port: 10_000 },
    });
    expect(redis({ REDIS_HOSTNAME })).not.toHaveProperty('tls');
  });

  it('can be a cluster', () => {
    const nodes = [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
    ];
    const topology = { mode: 'cluster', nodes };
    expect(redis({ REDIS_MODE: 'cluster', REDIS_NODES: 'a:1,b:2' }).topology).toEqual(topology);
    expect(redis({ REDIS_MODE: 'cluster', REDIS_URL: 'redis://a:1' }).topology).toEqual({
      mode: 'cluster',
      nodes: [nodes[0]],
    });
  });

  it('can be behind sentinels, by name', () => {
    const variables = { REDIS_MODE: 'sentinel', REDIS_NODES: 's1:26379, s2:26379' };
    expect(redis({ ...variables, REDIS_SENTINEL_NAME: 'primary' }).topology).toEqual({
      mode: 'sentinel',
      nodes: [
        { host: 's1', port: 26_379 },
        { host: 's2', port: 26_379 },
      ],
      primary: 'primary',
    });
    expectMistakes(variables, 'REDIS_SENTINEL_NAME');
  });

  it.each(['cluster', 'sentinel'])('has databases standalone only, not as %s', (REDIS_MODE) => {
    const variables = { REDIS_MODE, REDIS_SENTINEL_NAME: 'primary' };
    expectMistakes({ ...variables, REDIS_URL: 'redis://redis/1' }, 'REDIS_URL');
    expectMistakes({ ...variables, REDIS_URL: 'redis://redis/0' });
  });

  it('is one node, standalone', () => {
    expectMistakes({ REDIS_NODES: 'a:1,b:2' }, 'REDIS_NODES');
    expectMistakes({ STORE_DRIVER: 'redis' }, 'REDIS_URL, REDIS_HOSTNAME and REDIS_NODES');
  });

  it('is checked against the certificates that a file holds', () => {
    const ca = new URL(import.meta.url).pathname;
    const variables = { REDIS_URL: 'rediss://redis', REDIS_TLS_SERVERNAME: 'name' };
    expect(redis({ ...variables, REDIS_TLS_CA_FILE: ca }).tls).toEqual({
      servername: 'name',
      ca: expect.stringContaining('is checked against'),
    });
    expectMistakes({ ...variables, REDIS_TLS_CA_FILE: '/no/such/file' }, 'REDIS_TLS_CA_FILE');
  });
});

describe('PostgreSQL', () => {
  const DATABASE_URL = 'postgres://store:secret@db/conversations';

  it('has defaults for all but its URL', () => {
    expect(postgres({ DATABASE_URL })).toMatchObject({
      driver: 'postgres',
      host: 'db',
      port: 5432,
      database: 'conversations',
      user: 'store',
      password: 'secret',
      poolSize: 10,
      timeoutMs: 5_000,
      migrate: true,
    });
    expect(postgres({ DATABASE_URL })).not.toHaveProperty('tls');
    expect(postgres({ DATABASE_URL })).toMatchObject({ ttlMs: null });
  });

  it.each([
    ['postgresql://store@db:6000/a', { host: 'db', port: 6000, database: 'a', user: 'store' }],
    ['postgres://us%3Aer@[::1]/a%20b%2Fc', { host: '::1', database: 'a b/c', user: 'us:er' }],
    ['postgres://store:p%40ss%2Fw%25rd%23@db/a', { password: 'p@ss/w%rd#' }],
  ])('is where %s says', (url, options) => {
    expect(postgres({ DATABASE_URL: url })).toMatchObject(options);
  });

  it('is entered with a password that has a variable of its own', () => {
    expect(postgres({ DATABASE_URL, DATABASE_PASSWORD: 'd%' })).toMatchObject({ password: 'd%' });
  });

  it.each([
    'postgres://db/conversations',
    'postgres://store@db',
    'postgres://store@db/',
    'postgres://store@db/a/b',
    'postgres://store@db/%ff',
    'postgres://store:100%@db/a',
    'postgres://store:1#2@db/a',
    'postgres://store@db1,db2/a',
    'postgres://store@%2Fvar%2Frun/a',
    'postgres://store@db/a?sslmode=prefer',
    'postgres://store@db/a?sslmode=require&sslmode=disable',
    'postgres://store@db/a?sslmode=require&connect_timeout=1',
    'postgres://store@db/a?ssl=true',
    'postgres://store@db/a#b',
  ])('is not where %s says', (url) => {
    for (const head of mistakesIn({ DATABASE_URL: url })) expect(head).toMatch(/^DATABASE_URL: /);
    expect(mistakesIn({ DATABASE_URL: url })).not.toEqual([]);
  });

  it('is chosen by its URL, and by name when there is a Redis as well', () => {
    const REDIS_URL = 'redis://redis';
    expect(postgres({ DATABASE_URL, REDIS_URL, STORE_DRIVER: 'postgres' }).driver).toBe('postgres');
    expectMistakes({ STORE_DRIVER: 'postgres' }, 'DATABASE_URL');
  });

  it('has a retention in days, which a store without it has not', () => {
    const RETENTION_DAYS = '30';
    expect(postgres({ DATABASE_URL, RETENTION_DAYS })).toMatchObject({
      ttlMs: 30 * 24 * 60 * 60 * 1_000,
    });
    for (const others of [{}, { REDIS_URL: 'redis://redis' }, { STORE_DRIVER: 'custom' }]) {
      expectMistakes({ ...others, RETENTION_DAYS }, 'RETENTION_DAYS');
    }
  });

  it('may be left as it is: nothing is migrated then', () => {
    expect(postgres({ DATABASE_URL, DATABASE_MIGRATE: 'false' })).toMatchObject({ migrate: false });
  });

  it('is checked against the certificates that a file holds', () => {
    const DATABASE_TLS_CA_FILE = new URL(import.meta.url).pathname;
    const variables = { DATABASE_URL: `${DATABASE_URL}?sslmode=require` };
    expect(postgres({ ...variables, DATABASE_TLS_CA_FILE }).tls).toEqual({
      ca: expect.stringContaining('is checked against'),
    });
    const missing = { ...variables, DATABASE_TLS_CA_FILE: '/no/such/file' };
    expectMistakes(missing, 'DATABASE_TLS_CA_FILE');
  });
});
