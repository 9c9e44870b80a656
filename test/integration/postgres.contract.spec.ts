import { describeConversationStore, describeStoreWithoutTtl } from 'conversation-store/contract';
import type { StoreHarness } from 'conversation-store/contract';
import type { StoreLimits } from 'conversation-store';
import { beforeAll } from '@jest/globals';
import { migrate, migrationsOf } from '../../src/store/postgres/migrations/migrate.js';
import { withMigrationPool } from '../../src/store/postgres/migrations/migration-pool.js';
import { connectionOptions } from '../support/postgres-connections.js';
import { openPostgresStore } from '../support/postgres-store.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { SEALING } from '../support/sealings.js';
import { concurrentRunner, elapse } from '../support/real-clock.js';

const plain: StoreHarness<StoreLimits> = { open: (limits) => openPostgresStore(limits), elapse };

describeConversationStore(concurrentRunner(), 'postgres', plain);
describeStoreWithoutTtl(concurrentRunner(), 'postgres', plain);

let partitioned: string;
beforeAll(async () => {
  partitioned = await createSharedDatabase();
  const migrations = migrationsOf({ partitions: 8 });
  await withMigrationPool(connectionOptions(partitioned), (pool) => migrate(pool, migrations));
});

describeConversationStore(concurrentRunner(), 'postgres, partitioned by owner, sealed', {
  open: (limits) => openPostgresStore({ ...limits, sealing: SEALING }, partitioned),
  elapse,
});
