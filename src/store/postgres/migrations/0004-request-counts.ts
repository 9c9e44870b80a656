import { sql, type Kysely } from 'kysely';

/**
 * How many requests the windows of rate limits have. The table is unlogged: a count is not worth a write to disk, which
 * every request of a tenant would wait for in turn. A server that crashes, or a standby that is promoted, begins with no
 * counts. It has no partitions, because partitioned tables cannot be unlogged.
 */
export async function createRequestCounts(db: Kysely<unknown>): Promise<void> {
  // `owner` names a user, or a whole tenant. Half of each page is free for new versions of its rows.
  await sql`
    CREATE UNLOGGED TABLE request_counts (
      owner text COLLATE "C" NOT NULL,
      window_seconds integer NOT NULL,
      requests integer NOT NULL,
      ends_at timestamptz(3) NOT NULL,
      PRIMARY KEY (owner, window_seconds)
    ) WITH (fillfactor = 50)`.execute(db);
  // For the purge.
  await sql`CREATE INDEX request_counts_by_end ON request_counts (ends_at)`.execute(db);
}
