import type { PostgresTransaction } from '../connection/transaction.js';
import { textArray } from './array-literals.js';
import { LOCK_HEADS } from './statements/lock.js';
import { TOMBSTONE } from './tombstone.js';

/** What decides whether something newer is to be written. */
export interface StoredHead {
  readonly isTombstone: boolean;
  readonly revision: number;
  readonly messageCount: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Bytes that are charged to the quota, of all and of its parts. */
  readonly bytes: number;
  readonly messageBytes: number;
  readonly stateBytes: number;
}

interface HeadRow {
  readonly position: number;
  readonly status: string;
  readonly revision: number;
  readonly message_count: number;
  readonly created_at: Date;
  readonly bytes: number;
  readonly field_bytes: number;
  readonly state_bytes: number;
}

/** Locks the rows of these conversations, in this order, until the transaction ends. */
export async function lockHeads(
  transaction: PostgresTransaction,
  keys: readonly { readonly owner: string; readonly id: string }[],
): Promise<(StoredHead | undefined)[]> {
  const values = LOCK_HEADS.values({
    owners: textArray(keys.map(({ owner }) => owner)),
    ids: textArray(keys.map(({ id }) => id)),
  });
  const heads: (StoredHead | undefined)[] = keys.map(() => undefined);
  for (const row of await transaction.run<HeadRow>(LOCK_HEADS, values)) {
    heads[row.position] = toStoredHead(row);
  }
  return heads;
}

function toStoredHead(row: HeadRow): StoredHead {
  const isTombstone = row.status === TOMBSTONE;
  return {
    isTombstone,
    revision: row.revision,
    messageCount: row.message_count,
    createdAt: row.created_at.getTime(),
    bytes: row.bytes,
    messageBytes: isTombstone ? 0 : row.bytes - row.field_bytes - row.state_bytes,
    stateBytes: row.state_bytes,
  };
}
