import { setTimeout as delay } from 'node:timers/promises';
import { PostgresConnection } from './connection/postgres-connection.js';
import { PostgresMigrations } from './migrations/postgres-migrations.js';
import type { PostgresStoreOptions } from './postgres.options.js';
import { PostgresPurge } from './postgres.purge.js';
import { PostgresConversationStore } from './postgres.store.js';

/** Milliseconds that the start of the service waits for its tables. */
const START_MS = 2_000;

/** A store that is connected, or that goes on trying to connect when PostgreSQL is away. */
export async function openPostgresStore(
  options: PostgresStoreOptions,
): Promise<PostgresConversationStore> {
  const connection = new PostgresConnection(options);
  // A connection that has not begun refuses requests: none may meet the tables of another version.
  const migrations = new PostgresMigrations(options, {
    onDone: () => connection.connect(),
    onAway: (error) => connection.report(error),
  });
  // Another process may take long to migrate: requests get 503 until then.
  const started = options.migrate ? migrations.start() : connection.connect();
  await Promise.race([started, delay(START_MS, undefined, { ref: false })]);
  const purge = new PostgresPurge(connection, options);
  purge.start();
  return new PostgresConversationStore(connection, options, [migrations, purge]);
}
