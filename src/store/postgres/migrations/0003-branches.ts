import { sql, type Kysely } from 'kysely';

/**
 * Branches of messages. The defaults are constants, so PostgreSQL rewrites no row.
 *
 * A process that knows no branches may run beside one that does. It reads the messages in the order in which they were
 * stored, of all branches. What it appends follows the last message of the list. `leaf_seq` is null while that is the leaf, also
 * where there are branches, so such an append is shown as it should be. Where `leaf_seq` has a value, the active branch
 * stays what it is: the message is stored, and is shown with the branch that it follows.
 */
export async function addBranches(db: Kysely<unknown>): Promise<void> {
  // `leaf_seq`: the last message of the active branch; null: the last message of all. `branches`: a MessageTree's.
  // `forked_from`: '<id> <seq>' of the message that the conversation was copied up to.
  await sql`
    ALTER TABLE conversations
      ADD COLUMN leaf_seq integer,
      ADD COLUMN branches text NOT NULL DEFAULT '',
      ADD COLUMN forked_from text`.execute(db);
  // A page has to read the whole text: that takes less than to unpack it.
  await sql`ALTER TABLE conversations ALTER COLUMN branches SET STORAGE EXTERNAL`.execute(db);
}
