import type { PostgresSettings } from '../../test/support/postgres-folder.js';
import { PostgresServer } from '../../test/support/postgres-server.js';
import { childrenOf } from '../../test/support/process-tree.js';
import { pin, PROCESSOR } from './pin.js';
import { sharePriority } from './priority.js';
import { startService } from './pinned-service.js';
import type { ServiceProcess } from '../../test/support/service-process.js';

/** The default of the service, and of pg. */
const CONNECTIONS = 10;

/** Milliseconds between two looks for new backends. */
const NEW_BACKENDS_MS = 100;

/**
 * A PostgreSQL that forgets nothing that it has confirmed: `fsync` is on, and each commit waits for the
 * disk. It shares a processor with the generator of the load. The data of the benchmarks fits into its
 * memory.
 */
export async function startPinnedPostgres(
  settings: PostgresSettings = {},
): Promise<PostgresServer> {
  const postgres = await PostgresServer.start({
    settings: { shared_buffers: '512MB', max_wal_size: '4GB', ...settings },
  });
  // The backends, which come later, inherit the processor, but not the priority.
  for (const pid of [postgres.pid, ...childrenOf(postgres.pid)]) pin(pid, PROCESSOR.other);
  const known = new Set<number>();
  setInterval(() => {
    for (const pid of childrenOf(postgres.pid)) {
      if (!known.has(pid)) sharePriority(pid);
      known.add(pid);
    }
  }, NEW_BACKENDS_MS).unref();
  pin(process.pid, PROCESSOR.other);
  return postgres;
}

/** Starts the service on this PostgreSQL, or another script in the same way. */
export async function startOnPostgres(
  { url }: PostgresServer,
  options?: Parameters<typeof startService>[1],
  connections = CONNECTIONS,
): Promise<ServiceProcess> {
  const variables = {
    STORE_DRIVER: 'postgres',
    DATABASE_URL: url,
    DATABASE_POOL_SIZE: String(connections),
  };
  const service = await startService(variables, options);
  pin(service.pid, PROCESSOR.measured);
  return service;
}

/** Does work that writes much, and does not wait for the disk: filling tables is not measured. */
export async function withoutWaiting<T>(
  postgres: PostgresServer,
  work: () => Promise<T>,
): Promise<T> {
  await postgres.set({ synchronous_commit: 'off' });
  try {
    return await work();
  } finally {
    await postgres.set({ synchronous_commit: 'on' });
    // What a filled table would do by itself some time later, in the middle of a measurement.
    await postgres.query('VACUUM ANALYZE', new URL(postgres.url).pathname.slice(1));
    await postgres.query('CHECKPOINT');
  }
}
