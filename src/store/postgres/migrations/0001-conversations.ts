import { sql, type Kysely } from 'kysely';
import { partitioned, type TableLayout } from './table-layout.js';

/**
 * The first tables. The owner is the first column of every key, so that tables can be distributed by
 * owner. Texts of messages, records and states are stored as they are: jsonb would reorder them.
 */
export function createConversations(layout: TableLayout): (db: Kysely<unknown>) => Promise<void> {
  return async (db) => {
    // `revision` is raised by every write, and `version` by those that a client sees.
    await sql`
      CREATE TABLE conversations (
        owner text COLLATE "C" NOT NULL,
        id uuid NOT NULL,
        status text NOT NULL,
        title text,
        external_id text,
        metadata text NOT NULL,
        message_count integer NOT NULL,
        version integer NOT NULL,
        revision integer NOT NULL,
        created_at timestamptz(3) NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        accessed_at timestamptz(3) NOT NULL,
        bytes bigint NOT NULL,
        state text,
        state_version integer NOT NULL,
        turns jsonb,
        PRIMARY KEY (owner, id)
      ) ${partitioned(layout)}`.execute(db);
    // The order of lists, for each status. With the id in it, PostgreSQL would take it for a key as long as it
    // knows nothing of the table, and read through all conversations of an owner.
    await sql`
      CREATE INDEX conversations_by_update
        ON conversations (owner, status, updated_at DESC)`.execute(db);
    // For the purge, which looks for what nobody has accessed for long, whoever owns it.
    await sql`CREATE INDEX conversations_by_access ON conversations (accessed_at)`.execute(db);

    await sql`
      CREATE TABLE messages (
        owner text COLLATE "C" NOT NULL,
        conversation_id uuid NOT NULL,
        seq integer NOT NULL,
        body text NOT NULL,
        PRIMARY KEY (owner, conversation_id, seq)
      ) ${partitioned(layout)}`.execute(db);

    await sql`
      CREATE TABLE turn_events (
        owner text COLLATE "C" NOT NULL,
        conversation_id uuid NOT NULL,
        turn_id uuid NOT NULL,
        seq integer NOT NULL,
        data text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        PRIMARY KEY (owner, conversation_id, turn_id, seq)
      ) ${partitioned(layout)}`.execute(db);
    await sql`CREATE INDEX turn_events_by_age ON turn_events (created_at)`.execute(db);

    await sql`
      CREATE TABLE idempotency_records (
        owner text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL,
        record text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        PRIMARY KEY (owner, key)
      ) ${partitioned(layout)}`.execute(db);
    await sql`
      CREATE INDEX idempotency_records_by_age ON idempotency_records (created_at)`.execute(db);

    // `bytes` is null until a quota asks for it.
    await sql`
      CREATE TABLE owners (
        owner text COLLATE "C" NOT NULL,
        conversations integer NOT NULL,
        bytes bigint,
        PRIMARY KEY (owner)
      ) ${partitioned(layout)}`.execute(db);

    // Both are for the purge.
    await sql`CREATE INDEX owners_empty ON owners (owner) WHERE conversations = 0`.execute(db);
    await sql`CREATE INDEX owners_counted ON owners (owner) WHERE bytes IS NOT NULL`.execute(db);

    for (const table of [
      'conversations',
      'messages',
      'turn_events',
      'idempotency_records',
      'owners',
    ]) {
      await layout.createPartitions(db, table);
    }
  };
}
