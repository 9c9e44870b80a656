import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { migrateStore } from '../../src/store/migrate-store.js';
import { FakeTokenSource } from '../support/fake-token-source.js';
import {
  ANSWER,
  connectionOptions,
  expectUnavailable,
  failureOf,
  useConnections,
} from '../support/postgres-connections.js';
import { PostgresServer } from '../support/postgres-server.js';
import { until } from '../support/redis-server.js';

const LIFE_MS = 2_000;
const FIRST_PASSWORD = 'replaced by the first token';

const { connect, expectLogged, logged } = useConnections();

describe('tokens in place of the password of PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  let tokens: FakeTokenSource;
  let accepted: string;

  beforeAll(async () => {
    server = await PostgresServer.start({ password: FIRST_PASSWORD });
    // No password in it.
    url = server.url.replace(/:[^:@/]+@/, '@');
  });
  afterAll(() => server.stop());

  beforeEach(() => {
    accepted = '';
    tokens = new FakeTokenSource(
      {
        // A role has one password: the latest token, until it expires.
        accept: async (token) => {
          accepted = token;
          await server.query(`ALTER ROLE store PASSWORD '${token}'`);
        },
        expire: async (token) => {
          if (accepted === token) await server.query('ALTER ROLE store PASSWORD NULL');
        },
      },
      LIFE_MS,
    );
  });
  afterEach(() => tokens.stop());

  it('no statement fails while three tokens expire, though all connections are made anew', async () => {
    const connection = await connect(url, { tokens });
    const failures: unknown[] = [];
    let statements = 0;
    const run = async (): Promise<void> => {
      while (tokens.expired < 3) {
        const failure = await failureOf(connection.read(ANSWER, [1]));
        if (failure !== undefined) failures.push(failure);
        statements++;
      }
    };
    const renew = async (): Promise<void> => {
      while (tokens.expired < 3) {
        await endSessions(server, "state = 'idle' AND query <> 'SELECT 1'");
        await delay(200);
      }
    };
    await until(async () => (await failureOf(connection.ping())) === undefined);
    await Promise.all([run(), run(), run(), renew()]);
    // A session that the test ends while a statement is on its way to it makes that one fail.
    const refused = failures.filter((failure) => !/57P01|cannot be reached/.test(String(failure)));
    expect(refused).toEqual([]);
    expect(logged().join('\n')).not.toMatch(/denies access|no token/);
    expect(statements).toBeGreaterThan(100);
    expect(tokens.given.length).toBeGreaterThanOrEqual(3);
    expect([...tokens.scopes]).toEqual(['https://ossrdbms-aad.database.windows.net/.default']);
    for (const token of tokens.given) expect(logged().join('\n')).not.toContain(token);
  });

  it('an open connection outlives its token: PostgreSQL checks it at the login alone', async () => {
    const connection = await connect(url, { tokens, poolSize: 1 });
    await connection.ping();
    tokens.failure = new Error('no identity');
    await until(() => tokens.expired === tokens.given.length);
    expect(await connection.read(ANSWER, [1])).toEqual([{ answer: 2 }]);
    await endSessions(server);
    await until(async () => (await failureOf(connection.ping())) !== undefined);
    await expectLogged(/There is no token for PostgreSQL \(no identity\): requests get 503/);
    await expectUnavailable(connection.ping());
    tokens.failure = undefined;
    await until(async () => (await failureOf(connection.ping())) === undefined);
  });

  it('migrations use them, and wait for the first one', async () => {
    const options = { driver: 'postgres', ...connectionOptions(url, { tokens }) } as const;
    expect(await migrateStore(options, {})).not.toEqual([]);
    tokens.failure = new Error('no identity');
    await until(() => tokens.expired === tokens.given.length);
    await expect(migrateStore(options, {})).rejects.toThrow(/There is no token for PostgreSQL/);
  });
});

/** As when the server restarts, or its connections reach the end of their lifetime. */
async function endSessions(server: PostgresServer, which = 'true'): Promise<void> {
  await server.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'store' AND ${which}`,
  );
}
