import type { PostgresStatistics } from '../../../observation/states.js';
import type { Statement } from './statement.js';

/** PostgreSQL answers bigint as text. */
export type StatisticsRow = Readonly<Record<keyof PostgresStatistics, string | number>>;

/** A role without the rights of `pg_read_all_stats` sees the transactions of its own sessions alone. */
export const STATISTICS: Statement = {
  name: 'statistics',
  text: `
    SELECT count(*) AS "connections",
           current_setting('max_connections')::int AS "maxConnections",
           pg_database_size(current_database()) AS "databaseBytes",
           coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)), 0)::float8
             AS "oldestTransactionSeconds"
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`,
};

export function toStatistics(row: StatisticsRow): PostgresStatistics {
  return {
    // This statement's own session is one, too.
    connections: Number(row.connections) + 1,
    maxConnections: Number(row.maxConnections),
    databaseBytes: Number(row.databaseBytes),
    oldestTransactionSeconds: Number(row.oldestTransactionSeconds),
  };
}
