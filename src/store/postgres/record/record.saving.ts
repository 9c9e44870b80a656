import { ownerKey } from '../../../domain/owner-key.js';
import type { Snapshot } from '../../snapshot.js';
import { bytesOfBodies, bytesOfFields } from '../codecs/quota-bytes.js';
import type { PostgresConnection } from '../connection/postgres-connection.js';
import { TransactionConflictError } from '../connection/statement.errors.js';
import type { PostgresTransaction } from '../connection/transaction.js';
import { raiseNumbers, type FlushNumber } from './flush-numbers.js';
import { textArray, wordArray } from './array-literals.js';
import { lockHeads, type StoredHead } from './locked-heads.js';
import { recordChanges, type RecordChange } from './record-changes.js';
import {
  isStorable,
  missingElements,
  verdictOn,
  type Element,
  type Missing,
  type SaveResult,
} from './save-verdict.js';
import { saveValues, type Write } from './save-values.js';
import { READ_MESSAGES_FROM } from './statements/lock.js';
import { SAVE } from './statements/save.js';

/** A snapshot of a batch. */
interface Candidate {
  readonly snapshot: Snapshot;
  /** The key of its owner. */
  readonly owner: string;
  readonly id: string;
  result: SaveResult | undefined;
}

/**
 * Saves batches of snapshots. A batch is one transaction: it raises the numbers of its flush, locks what is
 * stored, decides by that, and writes everything in one statement.
 */
export class RecordSaving {
  constructor(private readonly connection: PostgresConnection) {}

  async save(
    numbers: ReadonlyMap<number, FlushNumber>,
    snapshots: readonly Snapshot[],
  ): Promise<SaveResult[]> {
    return this.connection.repeated(() =>
      this.connection.transaction((transaction) => saveIn(transaction, numbers, snapshots)),
    );
  }
}

async function saveIn(
  transaction: PostgresTransaction,
  numbers: ReadonlyMap<number, FlushNumber>,
  snapshots: readonly Snapshot[],
): Promise<SaveResult[]> {
  const raised = await raiseNumbers(transaction, numbers);
  const candidates = snapshots.map((snapshot) => toCandidate(snapshot, raised));
  const undecided = inLockOrder(candidates.filter(({ result }) => result === undefined));
  const writes = await planWrites(transaction, undecided);
  const saved = undecided.filter(({ result }) => result === undefined || result === 'saved');
  const records = await recordChanges(
    transaction,
    saved.flatMap(({ owner, snapshot }) =>
      snapshot.records.map((record) => ({ owner, ...record })),
    ),
  );
  await write(transaction, writes, records);
  return candidates.map(({ result }) => result ?? 'saved');
}

function toCandidate(snapshot: Snapshot, raised: ReadonlySet<number>): Candidate {
  const result = !raised.has(snapshot.partition)
    ? 'fenced'
    : isStorable(snapshot)
      ? undefined
      : 'mismatch';
  return { snapshot, owner: ownerKey(snapshot.owner), id: snapshot.id, result };
}

function inLockOrder(candidates: readonly Candidate[]): Candidate[] {
  return [...candidates].sort((a, b) =>
    a.owner === b.owner ? (a.id < b.id ? -1 : 1) : a.owner < b.owner ? -1 : 1,
  );
}

/** Decides about candidates in lock order: those that are to be written have no result yet. */
async function planWrites(
  transaction: PostgresTransaction,
  candidates: readonly Candidate[],
): Promise<Write[]> {
  if (candidates.length === 0) return [];
  const heads = await lockHeads(transaction, candidates);
  const newer = candidates.flatMap((candidate, i) => {
    const verdict = verdictOn(candidate.snapshot, heads[i]);
    if (verdict === 'write') return { candidate, stored: heads[i] };
    candidate.result = verdict;
    return [];
  });
  if (newer.length === 0) return [];
  const messages = await readMessages(
    transaction,
    newer.map(({ candidate }) => candidate),
  );
  return newer.flatMap(({ candidate, stored }, i) => {
    const missing = missingElements(candidate.snapshot, messages.get(i) ?? []);
    if (missing) return toWrite(candidate, stored, missing);
    candidate.result = 'mismatch';
    return [];
  });
}

/** The messages that are stored already of those that are to be written, by position: hardly ever any. */
async function readMessages(
  transaction: PostgresTransaction,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<number, readonly Element[]>> {
  const values = READ_MESSAGES_FROM.values({
    owners: textArray(candidates.map(({ owner }) => owner)),
    ids: textArray(candidates.map(({ id }) => id)),
    firstSeqs: wordArray(candidates.map(({ snapshot }) => snapshot.firstSeq)),
    limits: wordArray(candidates.map(({ snapshot }) => snapshot.elements.length + 1)),
  });
  const rows = await transaction.run<Element & { position: number }>(READ_MESSAGES_FROM, values);
  const byPosition = new Map<number, Element[]>();
  for (const { position, ...element } of rows) {
    const elements = byPosition.get(position);
    if (elements) elements.push(element);
    else byPosition.set(position, [element]);
  }
  return byPosition;
}

function toWrite(
  { snapshot, owner, id }: Candidate,
  stored: StoredHead | undefined,
  missing: Missing,
): Write {
  const { messageBytes = 0, stateBytes = 0 } = stored ?? {};
  const state = snapshot.state ? Buffer.byteLength(snapshot.state.text) : stateBytes;
  const messages = messageBytes + bytesOfBodies(missing.bodies);
  const bytes = bytesOfFields(snapshot) + messages + state;
  return { snapshot, owner, id, stored, missing, bytes };
}

async function write(
  transaction: PostgresTransaction,
  writes: readonly Write[],
  records: readonly RecordChange[],
): Promise<void> {
  if (writes.length === 0 && records.length === 0) return;
  const [row] = await transaction.run<{ written: number }>(SAVE, saveValues(writes, records));
  // A tombstone was made where there was no row to lock.
  if (row?.written !== writes.length) {
    throw new TransactionConflictError('Another transaction wrote the same conversations.');
  }
}
