import { validate } from 'uuid';
import { ownerKey } from '../../../domain/owner-key.js';
import type { Owner } from '../../../domain/owner.js';
import type { PostgresConnection } from '../connection/postgres-connection.js';
import { TransactionConflictError } from '../connection/statement.errors.js';
import type { PostgresTransaction } from '../connection/transaction.js';
import { BATCH, WORK } from '../statements/erase.js';
import type { NumberedDelete } from './flush-numbers.js';
import { lockHeads, type StoredHead } from './locked-heads.js';
import { recordChanges } from './record-changes.js';
import { encodeRecords } from './save-values.js';
import { BURY } from './statements/bury.js';
import { RAISE_DELETES } from './statements/numbers.js';

/** A conversation to bury. */
export interface Burial {
  readonly id: string;
  /** Of the tombstone. */
  readonly revision: number;
  /** Its idempotency records that are not saved yet: they outlive it. */
  readonly records: readonly { readonly key: string; readonly record: string }[];
}

/** Makes tombstones, in transactions that each delete as much as one statement can in little time. */
export class RecordBurial {
  constructor(private readonly connection: PostgresConnection) {}

  async bury(owner: Owner, burials: readonly Burial[], number?: NumberedDelete): Promise<void> {
    const key = ownerKey(owner);
    let rest = burials.filter(({ id }) => validate(id)).sort((a, b) => (a.id < b.id ? -1 : 1));
    while (rest.length > 0) {
      const next = rest.slice(0, BATCH);
      const done = await this.connection.repeated(() =>
        this.connection.transaction((transaction) => buryIn(transaction, key, next, number)),
      );
      rest = rest.slice(done);
    }
  }
}

/** Buries the first of these. @returns how many */
async function buryIn(
  transaction: PostgresTransaction,
  owner: string,
  burials: readonly Burial[],
  number: NumberedDelete | undefined,
): Promise<number> {
  const heads = await lockHeads(
    transaction,
    burials.map(({ id }) => ({ owner, id })),
  );
  const count = countWithin(WORK, heads);
  const batch = burials.slice(0, count).map((burial, i) => ({ ...burial, stored: heads[i] }));
  const graves = batch.filter(({ stored, revision }) => !stored || stored.revision < revision);
  const living = graves.filter(({ stored }) => stored && !stored.isTombstone);
  const records = await recordChanges(
    transaction,
    batch.flatMap((burial) => burial.records.map((record) => ({ owner, ...record }))),
  );
  const values = BURY.values({
    owner,
    ids: graves.map(({ id }) => id),
    revisions: graves.map(({ revision }) => revision),
    lockedIds: graves.filter(({ stored }) => stored).map(({ id }) => id),
    addedConversations: -living.length,
    addedBytes:
      records.reduce((sum, { addedBytes }) => sum + addedBytes, 0) -
      living.reduce((sum, { stored }) => sum + (stored?.bytes ?? 0), 0),
    ...encodeRecords(records),
  });
  const [row] = await transaction.run<{ buried: number }>(BURY, values);
  // A save wrote where there was no row to lock.
  if (row?.buried !== graves.length) {
    throw new TransactionConflictError('Another transaction wrote the same conversations.');
  }
  // Last, so that those who wait for its row wait for nothing but the commit.
  if (number) await transaction.run(RAISE_DELETES, RAISE_DELETES.values({ ...number }));
  return count;
}

/** How many of these have so many messages at most, one in any case. */
function countWithin(messages: number, heads: readonly (StoredHead | undefined)[]): number {
  let total = 0;
  const end = heads.findIndex((head) => (total += head?.messageCount ?? 0) > messages);
  return end === -1 ? heads.length : Math.max(end, 1);
}
