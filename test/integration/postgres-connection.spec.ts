import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { StoreUnavailableError } from 'conversation-store';
import pg from 'pg';
import type { PostgresConnectionOptions } from '../../src/store/postgres/connection/options.js';
import { PostgresPool } from '../../src/store/postgres/connection/pool.js';
import type { PostgresConnection } from '../../src/store/postgres/connection/postgres-connection.js';
import type { Statement } from '../../src/store/postgres/connection/statement.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { PostgresServer } from '../support/postgres-server.js';
import { until } from '../support/redis-server.js';
import { TestCertificates } from '../support/test-certificates.js';
import {
  ANSWER,
  expectUnavailable,
  failureOf,
  SLEEP,
  useConnections,
} from '../support/postgres-connections.js';

const PID: Statement = { name: 'pid', text: 'SELECT pg_backend_pid() AS pid' };

const { connect, expectLogged, logged } = useConnections();

describe('a connection to PostgreSQL', () => {
  it('runs statements with values, more at once than it has connections', async () => {
    const connection = await connect(await createSharedDatabase());
    const questions = Array.from({ length: 40 }, (_, i) => i);
    const rows = await Promise.all(questions.map((i) => connection.read(ANSWER, [i])));
    expect(rows).toEqual(questions.map((i) => [{ answer: i + 1 }]));
    expect([connection.idleCount, connection.waitingCount]).toEqual([4, 0]);
    expect(logged()).toEqual(['log [Store] PostgreSQL is ready.']);
  });

  it('plans a statement once, for all values', async () => {
    const connection = await connect(await createSharedDatabase());
    const mode = { name: 'mode', text: `SELECT current_setting('plan_cache_mode') AS mode` };
    expect(await connection.read(mode, [])).toEqual([{ mode: 'force_generic_plan' }]);
  });

  it('returns a connection after an error reply, and runs on it again', async () => {
    const connection = await connect(await createSharedDatabase(), { poolSize: 1 });
    const [before] = await connection.read<{ pid: number }>(PID, []);
    const secret = 'a value that must not be logged';
    const error = await failureOf(connection.read(ANSWER, [secret]));
    expect(error).toMatchObject({ code: 'store-fault', message: 'PostgreSQL answered 22P02.' });
    expect(String((error as Error).cause)).not.toContain(secret);
    expect(await connection.read(PID, [])).toEqual([before]);
  });

  it('ends a statement that takes too long, whose write has then not been applied', async () => {
    const connection = await connect(await createSharedDatabase(), { timeoutMs: 100 });
    await expectUnavailable(connection.write(SLEEP, [60]));
    await connection.ping();
  });

  it('bounds how long a request waits for a connection', async () => {
    const connection = await connect(await createSharedDatabase(), { poolSize: 1, timeoutMs: 500 });
    const first = failureOf(connection.write(SLEEP, [60]));
    const second = failureOf(connection.write(ANSWER, [1]));
    expect(connection.waitingCount + connection.idleCount).toBeLessThanOrEqual(1);
    await Promise.all([first, second]);
    await connection.ping();
  });
});

describe('a transaction', () => {
  const COUNT: Statement = { name: 'count', text: 'SELECT count(*)::int AS count FROM numbers' };
  const INSERT: Statement = { name: 'insert', text: 'INSERT INTO numbers VALUES ($1)' };
  let connection: PostgresConnection;

  beforeEach(async () => {
    connection = await connect(await createSharedDatabase());
    await connection.write(
      { name: 'create', text: 'CREATE TABLE numbers (n int PRIMARY KEY)' },
      [],
    );
  });

  it('is committed as a whole, with what its work returns', async () => {
    const result = await connection.transaction(async (transaction) => {
      for (const n of [1, 2]) await transaction.run(INSERT, [n]);
      return transaction.run(COUNT, []);
    });
    expect(result).toEqual([{ count: 2 }]);
    expect(await connection.read(COUNT, [])).toEqual([{ count: 2 }]);
  });

  it('is rolled back when its work fails, with the error of the work', async () => {
    const failure = new Error('of the work');
    const attempt = connection.transaction(async (transaction) => {
      await transaction.run(INSERT, [1]);
      throw failure;
    });
    expect(await failureOf(attempt)).toBe(failure);
    expect(await connection.read(COUNT, [])).toEqual([{ count: 0 }]);
    expect(connection.idleCount).toBe(4);
  });

  it('names the constraint that a row violates', async () => {
    const attempt = connection.transaction(async (transaction) => {
      for (const n of [1, 1]) await transaction.run(INSERT, [n]);
    });
    expect(await failureOf(attempt)).toMatchObject({
      code: 'unique-violation',
      constraint: 'numbers_pkey',
    });
    expect(await connection.read(COUNT, [])).toEqual([{ count: 0 }]);
  });

  it('does not pass for committed when its work goes on after an error', async () => {
    const attempt = connection.transaction(async (transaction) => {
      await transaction.run(INSERT, [1]);
      await failureOf(transaction.run(INSERT, [1]));
    });
    expect(await failureOf(attempt)).toMatchObject({ code: 'store-fault' });
    expect(await connection.read(COUNT, [])).toEqual([{ count: 0 }]);
  });

  it('says that a deadlock was applied by nobody', async () => {
    await connection.write(INSERT, [1]);
    await connection.write(INSERT, [2]);
    const LOCK: Statement = { name: 'lock', text: 'SELECT n FROM numbers WHERE n = $1 FOR UPDATE' };
    const locked = new Set<number>();
    const lockBoth = (first: number, second: number): Promise<unknown> =>
      connection.transaction(async (transaction) => {
        await transaction.run(LOCK, [first]);
        locked.add(first);
        await until(() => locked.size === 2);
        await transaction.run(LOCK, [second]);
      });
    const failures = await Promise.all([failureOf(lockBoth(1, 2)), failureOf(lockBoth(2, 1))]);
    expect(failures.filter(Boolean)).toMatchObject([{ code: 'transaction-conflict' }]);
  });
});

describe('PostgreSQL that refuses the service', () => {
  let certificates: TestCertificates;
  let server: PostgresServer;

  beforeAll(async () => {
    certificates = new TestCertificates();
    server = await PostgresServer.start({
      certificates,
      password: 'right',
      settings: { max_connections: 10 },
    });
  });
  afterAll(async () => {
    await server.stop();
    certificates.remove();
  });

  const byName = (options: Partial<PostgresConnectionOptions> = {}): typeof options => ({
    host: 'localhost',
    tls: { ca: certificates.authority },
    ...options,
  });

  it('lets in who knows the password, over TLS that is verified', async () => {
    const connection = await connect(server.url, byName());
    expect(await connection.read(ANSWER, [1])).toEqual([{ answer: 2 }]);
    const encrypted: Statement = {
      name: 'encrypted',
      text: 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    };
    expect(await connection.read(encrypted, [])).toEqual([{ ssl: true }]);
  });

  it.each([
    ['wrong password', { password: 'wrong value' }, /denies access: password .*Check the user/],
    ['database that is not there', { database: 'none' }, /has no such database: .*DATABASE_URL/],
    ['name that is not certified', { host: '127.0.0.1' }, /not for the host name in use/],
    ['authority that is not trusted', { tls: {} }, /set DATABASE_TLS_CA_FILE/],
  ])('logs a %s once, and refuses requests at once', async (_, options, line) => {
    const connection = await connect(server.url, byName(options));
    await expectLogged(line);
    for (let i = 0; i < 3; i++) await expectUnavailable(connection.read(ANSWER, [1]));
    expect(logged()).toEqual([expect.stringMatching(/^error \[Store\]/)]);
    expect(logged().join()).not.toContain('wrong value');
  });

  it('says when it requires TLS', async () => {
    const connection = await connect(server.url);
    await expectLogged(/add sslmode=require/);
    await expectUnavailable(connection.ping());
  });

  it('says when it asks for a password and gets none', async () => {
    const url = new URL(server.url);
    url.password = '';
    await connect(url.href, byName());
    await expectLogged(/asks for a password: set DATABASE_PASSWORD/);
  });

  it('goes on with the connections that it has when PostgreSQL has no more of them', async () => {
    // 7 of the 10: the server reserves 3 for superusers.
    const connection = await connect(server.url, byName({ poolSize: 20, timeoutMs: 60_000 }));
    const failures: unknown[] = [];
    const held = Array.from({ length: 20 }, async () => {
      const error = await failureOf(connection.write(SLEEP, [60]));
      failures.push(error);
    });
    await until(() => failures.length >= 14);
    for (const error of failures) {
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(error).toMatchObject({ mayHaveBeenApplied: false });
    }
    await server.query(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
    );
    await Promise.all(held);
    expect(await connection.read(ANSWER, [1])).toEqual([{ answer: 2 }]);
    await expectLogged(/no connection left for the service: raise max_connections/);
  });
});

describe('the connections of a pool', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('are closed after a minute without a statement, well before a network forgets them', async () => {
    const url = await createSharedDatabase();
    const observer = new pg.Client({ connectionString: url });
    await observer.connect();
    const others = async (): Promise<unknown> => {
      const text = `SELECT count(*)::int AS others FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`;
      return ((await observer.query(text)).rows as { others: number }[])[0]?.others;
    };
    const pool = new PostgresPool({ connectionString: url }, { poolSize: 3, timeoutMs: 5_000 });
    try {
      jest.useFakeTimers({
        doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'],
      });
      const clients = await Promise.all([pool.checkOut(), pool.checkOut(), pool.checkOut()]);
      for (const client of clients) client.release();
      jest.advanceTimersByTime(59_999);
      expect([await others(), pool.state.idle]).toEqual([3, 3]);
      jest.advanceTimersByTime(1);
      expect(pool.state.idle).toBe(0);
      jest.useRealTimers();
      await until(async () => (await others()) === 0);
    } finally {
      await pool.close();
      await observer.end();
    }
  });
});
