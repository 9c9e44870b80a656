import { openPostgres } from './open-postgres.js';
import type { PostgresStoreOptions } from './postgres.options.js';
import { PostgresPurge } from './postgres.purge.js';
import { PostgresConversationStore } from './postgres.store.js';

/** A store that is connected, or that goes on trying to connect when PostgreSQL is away. */
export async function openPostgresStore(
  options: PostgresStoreOptions,
): Promise<PostgresConversationStore> {
  const { connection, migrations } = await openPostgres(options);
  const purge = new PostgresPurge(connection, options);
  purge.start();
  return new PostgresConversationStore(connection, options, [migrations, purge]);
}
