import { sql, type Kysely } from 'kysely';

/** What a Redis in front of the tables needs: the numbers of flushes, and tombstones. */
export async function createTombstones(db: Kysely<unknown>): Promise<void> {
  // Of each partition of Redis, and of no owner: one row for each, 1,024 at most.
  await sql`
    CREATE TABLE flush_numbers (
      partition integer NOT NULL,
      number bigint NOT NULL,
      PRIMARY KEY (partition)
    )`.execute(db);

  // The same of deletes. Rows of their own, because a flush holds its row until it ends.
  await sql`
    CREATE TABLE delete_numbers (
      partition integer NOT NULL,
      number bigint NOT NULL,
      PRIMARY KEY (partition)
    )`.execute(db);

  // The purge looks for conversations by the retention, and for tombstones by theirs. In one index, each
  // would read past what the other one leaves.
  await sql`
    CREATE INDEX conversations_by_last_access ON conversations (accessed_at)
      WHERE status <> 'deleted'`.execute(db);
  await sql`
    CREATE INDEX tombstones_by_age ON conversations (accessed_at)
      WHERE status = 'deleted'`.execute(db);
  await sql`DROP INDEX conversations_by_access`.execute(db);
}
