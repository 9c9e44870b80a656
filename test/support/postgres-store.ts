import { PostgresConnection } from '../../src/store/postgres/connection/postgres-connection.js';
import type { Statement } from '../../src/store/postgres/connection/statement.js';
import { openPostgresStore as open } from '../../src/store/postgres/open-postgres-store.js';
import type { PostgresStoreOptions } from '../../src/store/postgres/postgres.options.js';
import { PostgresConversationStore } from '../../src/store/postgres/postgres.store.js';
import { connectionOptions } from './postgres-connections.js';

/** The URL of the database that all tests share. */
export function sharedPostgresUrl(): string {
  return process.env['TEST_POSTGRES_URL'] as string;
}

export function postgresOptions(
  url = sharedPostgresUrl(),
  options: Partial<PostgresStoreOptions> = {},
): PostgresStoreOptions {
  return {
    ...connectionOptions(url),
    migrate: true,
    ttlMs: 600_000,
    maxMessagesPerConversation: 10_000,
    maxConversationsPerUser: 10_000,
    pageBytes: 1024 * 1024,
    ...options,
  };
}

export function openPostgresStore(
  options: Partial<PostgresStoreOptions> = {},
  url?: string,
): Promise<PostgresConversationStore> {
  return open(postgresOptions(url, options));
}

/** A statement that a store ran, with its values. */
export interface RecordedStatement extends Statement {
  readonly values: readonly unknown[];
}

/** Calls back before each statement of a connection, and waits for it. */
export function beforeStatements(
  connection: PostgresConnection,
  before: (statement: RecordedStatement) => Promise<void>,
): void {
  for (const verb of ['read', 'write'] as const) {
    const run = connection[verb].bind(connection);
    connection[verb] = async (statement, values) => {
      await before({ name: statement.name, text: statement.text, values });
      return run(statement, values);
    };
  }
  const transact = connection.transaction.bind(connection);
  connection.transaction = (work) =>
    transact((transaction) =>
      work({
        run: async (statement, values) => {
          await before({ name: statement.name, text: statement.text, values });
          return transaction.run(statement, values);
        },
      }),
    );
}

/** A store on the tables of a database, and all that it runs on them. */
export async function openRecordingStore(
  url: string,
  options: Partial<PostgresStoreOptions> = {},
): Promise<{
  store: PostgresConversationStore;
  connection: PostgresConnection;
  recorded: RecordedStatement[];
}> {
  const recorded: RecordedStatement[] = [];
  const { store, connection } = await openHeldStore(url, options, async (statement) => {
    recorded.push(statement);
  });
  return { store, connection, recorded };
}

/** A store on the tables of a database that calls back before each statement, and waits for it. */
export async function openHeldStore(
  url: string,
  overrides: Partial<PostgresStoreOptions>,
  before: (statement: RecordedStatement) => Promise<void>,
): Promise<{ store: PostgresConversationStore; connection: PostgresConnection }> {
  const options = postgresOptions(url, overrides);
  const connection = new PostgresConnection(options);
  await connection.connect();
  beforeStatements(connection, before);
  return { store: new PostgresConversationStore(connection, options), connection };
}
