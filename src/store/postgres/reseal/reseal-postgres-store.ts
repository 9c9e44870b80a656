import type { ResealOptions } from '../../sealing/reseal-run.js';
import { resealAll, type ResealResult } from '../../sealing/reseal-walks.js';
import { PostgresConnection } from '../connection/postgres-connection.js';
import type { PostgresStoreOptions } from '../postgres.options.js';
import { PostgresReseal } from './postgres.reseal.js';

/**
 * Seals anew what a store in PostgreSQL alone holds.
 * @throws Error that says what is wrong, without a secret
 */
export async function resealPostgresStore(
  store: PostgresStoreOptions,
  options: ResealOptions,
): Promise<ResealResult> {
  const connection = new PostgresConnection(store);
  try {
    await connection.connect();
    await connection.ping();
    // A change writes what it has read one statement before.
    const settleMs = 2 * store.timeoutMs;
    return await resealAll([new PostgresReseal(connection)], { ...options, settleMs });
  } catch (error) {
    const { message } = error as Error;
    throw new Error(connection.diagnosis ?? message, { cause: error });
  } finally {
    await connection.close();
  }
}
