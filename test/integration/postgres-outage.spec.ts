import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresConnection } from '../../src/store/postgres/connection/postgres-connection.js';
import type { Statement } from '../../src/store/postgres/connection/statement.js';
import {
  ANSWER,
  expectUnavailable,
  failureOf,
  SLEEP,
  useConnections,
} from '../support/postgres-connections.js';
import { PostgresServer } from '../support/postgres-server.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/redis-server.js';

const { connect, expectLogged } = useConnections();

async function answers(connection: PostgresConnection): Promise<boolean> {
  return (await failureOf(connection.ping())) === undefined;
}

async function sleeps(server: PostgresServer, count = 1): Promise<void> {
  await until(async () => {
    const rows = await server.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    return rows.length === count;
  });
}

describe('PostgreSQL in trouble', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.stop());

  it('may start after the service', async () => {
    const port = await freePort();
    const url = `postgres://store@127.0.0.1:${port}/conversations`;
    const connection = await connect(url);
    await expectUnavailable(connection.ping());
    await expectLogged(/cannot be reached \(connect ECONNREFUSED/);
    const moved = await connect(server.url);
    await server.kill();
    await until(async () => !(await answers(moved)));
    await server.run();
    await until(() => answers(moved));
  });

  it('may be restarted: the pool survives it', async () => {
    const connection = await connect(server.url);
    await Promise.all([1, 2, 3, 4].map((i) => connection.read(ANSWER, [i])));
    await server.restart();
    await until(() => answers(connection));
    expect(await connection.read(ANSWER, [1])).toEqual([{ answer: 2 }]);
    expect(connection.idleCount).toBe(4);
  });

  it('may freeze: requests then fail at once, whether they come or wait, until it answers', async () => {
    const connection = await connect(server.url, { poolSize: 1, timeoutMs: 600_000 });
    await connection.ping();
    server.freeze();
    try {
      const inFlight = failureOf(connection.read(ANSWER, [1]));
      // It waits for the one connection, and would for longer than this test may take.
      await expectUnavailable(connection.write(ANSWER, [2]));
      await expectUnavailable(connection.read(ANSWER, [3]));
      await expectLogged(/PostgreSQL does not answer: requests get 503/);
      server.thaw();
      expect(await inFlight).toBeUndefined();
    } finally {
      server.thaw();
    }
    await until(() => answers(connection));
  });

  it('may freeze under a write, which ends within its timeout and may have been applied', async () => {
    const connection = await connect(server.url, { timeoutMs: 300 });
    await Promise.all([connection.ping(), connection.ping()]);
    server.freeze();
    try {
      const write = expectUnavailable(connection.write(ANSWER, [1]), true);
      await expectUnavailable(connection.read(ANSWER, [1]));
      await write;
    } finally {
      server.thaw();
    }
    await until(() => answers(connection));
  });

  it('may terminate a session in the middle: a write may then have been applied', async () => {
    const connection = await connect(server.url);
    const write = expectUnavailable(connection.write(SLEEP, [60]), true);
    const read = expectUnavailable(connection.read(SLEEP, [60]));
    await sleeps(server, 2);
    await server.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
    );
    await Promise.all([write, read]);
    expect(await connection.read(ANSWER, [1])).toEqual([{ answer: 2 }]);
  });

  it('may be read-only: writes are refused, and reads go on', async () => {
    const connection = await connect(server.url);
    const CREATE: Statement = { name: 'create', text: 'CREATE TABLE t ()' };
    await server.set({ default_transaction_read_only: 'on' });
    try {
      await expectUnavailable(connection.write(CREATE, []));
      await expectUnavailable(connection.write(CREATE, []));
      expect(await connection.read(ANSWER, [1])).toEqual([{ answer: 2 }]);
      await expectLogged(/takes no writes: it is a standby/);
    } finally {
      await server.set({ default_transaction_read_only: 'off' });
    }
  });

  it('may die with the reply: a write may have been applied, a transaction before COMMIT not', async () => {
    const connection = await connect(server.url, { timeoutMs: 60_000 });
    const write = expectUnavailable(connection.write(SLEEP, [60]), true);
    const read = expectUnavailable(connection.read(SLEEP, [60]));
    const transaction = expectUnavailable(
      connection.transaction((running) => running.run(SLEEP, [60])),
    );
    await sleeps(server, 3);
    await server.kill();
    await Promise.all([write, read, transaction]);
    await until(async () => !(await answers(connection)));
    await server.run();
    await until(() => answers(connection));
  });

  it('may be told not to wait for its standby: a write may then be on the primary alone', async () => {
    const connection = await connect(server.url, { timeoutMs: 60_000 });
    await server.query('CREATE TABLE alone (n int)', 'conversations');
    await server.query('GRANT ALL ON alone TO store', 'conversations');
    await server.set({ synchronous_standby_names: 'missing' });
    const INSERT: Statement = { name: 'insert', text: 'INSERT INTO alone VALUES (1)' };
    const write = expectUnavailable(connection.write(INSERT, []), true);
    const transaction = expectUnavailable(
      connection.transaction((running) => running.run(INSERT, [])),
      true,
    );
    const WAITING = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = 'store'";
    await until(async () => (await server.query(`SELECT 1 ${WAITING}`)).length === 2);
    await server.query(`SELECT pg_cancel_backend(pid) ${WAITING}`);
    await Promise.all([write, transaction]);
    await server.set({ synchronous_standby_names: '' });
    expect(await connection.write(INSERT, [])).toEqual([]);
  });

  it('may lose the reply to COMMIT: the transaction may have been committed', async () => {
    const connection = await connect(server.url, { timeoutMs: 60_000 });
    // A commit that waits for a standby that is not there.
    await server.query('CREATE TABLE committed (n int)', 'conversations');
    await server.query('GRANT ALL ON committed TO store', 'conversations');
    await server.set({ synchronous_standby_names: 'missing' });
    const INSERT: Statement = { name: 'insert', text: 'INSERT INTO committed VALUES (1)' };
    const attempt = expectUnavailable(
      connection.transaction((transaction) => transaction.run(INSERT, [])),
      true,
    );
    await until(async () => {
      const rows = await server.query(
        "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = 'store'",
      );
      return rows.length === 1;
    });
    await server.kill();
    await attempt;
    await server.run();
    expect(await server.query('SELECT n FROM committed', 'conversations')).toEqual([{ n: 1 }]);
    await server.set({ synchronous_standby_names: '' });
  });
});
