import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { StoreUnavailableError } from 'conversation-store';
import type { PostgresConnectionOptions } from '../../src/store/postgres/connection/options.js';
import { PostgresConnection } from '../../src/store/postgres/connection/postgres-connection.js';
import type { Statement } from '../../src/store/postgres/connection/statement.js';
import { LogRecorder } from './log-recorder.js';
import { until } from './redis-server.js';

export const ANSWER: Statement = { name: 'answer', text: 'SELECT $1::int + 1 AS answer' };
export const SLEEP: Statement = { name: 'sleep', text: 'SELECT pg_sleep($1::float8)' };

/** How to connect to the database of a URL. */
export function connectionOptions(
  url: string,
  options: Partial<PostgresConnectionOptions> = {},
): PostgresConnectionOptions {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    database: pathname.slice(1),
    user: username,
    ...(password && { password: decodeURIComponent(password) }),
    poolSize: 4,
    timeoutMs: 5_000,
    ...options,
  };
}

/** Connections of a test, which end with it, and what they log. */
export function useConnections() {
  let log = new LogRecorder();
  let open: PostgresConnection[] = [];
  beforeEach(() => {
    log = new LogRecorder();
    open = [];
    Logger.overrideLogger(log);
  });
  afterEach(async () => {
    await Promise.all(open.map((connection) => connection.close()));
    Logger.overrideLogger(false);
  });
  return {
    logged: (): readonly string[] => log.lines,
    connect: async (
      url: string,
      options?: Partial<PostgresConnectionOptions>,
    ): Promise<PostgresConnection> => {
      const connection = new PostgresConnection(connectionOptions(url, options));
      open.push(connection);
      await connection.connect();
      return connection;
    },
    /** Waits for a line of the log, and checks that it came once. */
    expectLogged: async (line: RegExp): Promise<void> => {
      const matching = (): string[] => log.lines.filter((logged) => line.test(logged));
      await until(() => matching().length > 0);
      expect(matching()).toHaveLength(1);
    },
  };
}

/** The error of what must fail; undefined when it does not. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

export async function expectUnavailable(
  promise: Promise<unknown>,
  mayHaveBeenApplied = false,
): Promise<void> {
  const error = await failureOf(promise);
  expect(error).toBeInstanceOf(StoreUnavailableError);
  expect(error).toMatchObject({ mayHaveBeenApplied });
}
