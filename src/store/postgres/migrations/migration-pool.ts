import pg from 'pg';
import { toClientConfig, tokenOf } from '../connection/client-config.js';
import type { PostgresConnectionOptions } from '../connection/options.js';
import { PostgresSockets } from '../connection/sockets.js';

/** Milliseconds until an attempt to connect fails: the service starts without its PostgreSQL. */
const CONNECT_MS = 2_000;

/**
 * The connection that migrations run on. A statement of them may take long: an index of a large table. So
 * it has no timeout of the statements of requests, and ends when `signal` aborts.
 */
export async function withMigrationPool<T>(
  options: PostgresConnectionOptions,
  work: (pool: pg.Pool) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  // The first token may take longer than a connection.
  await tokenOf(options)?.get();
  const sockets = new PostgresSockets();
  const endSockets = (): void => sockets.end();
  signal?.addEventListener('abort', endSockets);
  const pool = new pg.Pool({
    ...toClientConfig(options, () => sockets.create()),
    statement_timeout: 0,
    query_timeout: 0,
    connectionTimeoutMillis: Math.min(options.timeoutMs, CONNECT_MS),
    // The migrator holds the lock on one connection while it asks on another.
    max: 2,
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    return await work(pool);
  } finally {
    signal?.removeEventListener('abort', endSockets);
    await pool.end();
  }
}
