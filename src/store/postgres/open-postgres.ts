import { setTimeout as delay } from 'node:timers/promises';
import { PostgresConnection } from './connection/postgres-connection.js';
import { PostgresMigrations } from './migrations/postgres-migrations.js';
import type { PostgresStoreOptions } from './postgres.options.js';

/** Milliseconds that the start of the service waits for its tables. */
const START_MS = 2_000;

/** A connection to tables that are up to date, or that goes on trying when PostgreSQL is away. */
export async function openPostgres(
  options: PostgresStoreOptions,
): Promise<{ connection: PostgresConnection; migrations: PostgresMigrations }> {
  const connection = new PostgresConnection(options);
  // A connection that has not begun refuses requests: none may meet the tables of another version.
  const migrations = new PostgresMigrations(options, {
    onDone: () => connection.connect(),
    onAway: (error) => connection.report(error),
  });
  // Another process may take long to migrate: requests get 503 until then.
  const started = options.migrate ? migrations.start() : connection.connect();
  await Promise.race([started, delay(START_MS, undefined, { ref: false })]);
  return { connection, migrations };
}
