import { diagnose } from './postgres/connection/diagnose.js';
import { migrate, migrationsOf, type MigrationOptions } from './postgres/migrations/migrate.js';
import { withMigrationPool } from './postgres/migrations/migration-pool.js';
import { POSTGRES_STORE_DEFAULTS } from './store.defaults.js';
import type { StoreOptions } from './store.options.js';

/**
 * Brings the tables of a store up to date.
 * @returns the names of the migrations that ran
 * @throws Error that says what is wrong, without a secret
 */
export async function migrateStore(
  store: StoreOptions | undefined,
  options: MigrationOptions,
): Promise<readonly string[]> {
  const postgres = postgresOf(store);
  const migrations = migrationsOf(options);
  const ran = await withMigrationPool({ ...POSTGRES_STORE_DEFAULTS, ...postgres }, (pool) =>
    migrate(pool, migrations),
  ).catch((error: unknown) => {
    throw new Error(diagnose(error as Error), { cause: error });
  });
  const [creation] = Object.keys(migrations) as [string];
  if ((options.partitions ?? 0) > 0 && !ran.includes(creation)) {
    throw new Error('The tables exist already: they get partitions only when they are created.');
  }
  return ran;
}

function postgresOf(
  store: StoreOptions | undefined,
): Extract<StoreOptions, { driver: 'tiered' }>['postgres'] {
  switch (store?.driver) {
    case 'postgres':
      return store;
    case 'tiered':
      return store.postgres;
    default:
      throw new Error('Only a store in PostgreSQL has tables: set DATABASE_URL.');
  }
}
