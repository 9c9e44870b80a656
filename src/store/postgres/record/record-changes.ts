import { IDEMPOTENCY_WINDOW_MS } from '../../../domain/idempotency.js';
import type { Turn } from '../../../domain/turn.js';
import { decodeIdempotencyRecord } from '../../codecs/idempotency-record.codec.js';
import { bytesOfRecord } from '../codecs/quota-bytes.js';
import type { PostgresTransaction } from '../connection/transaction.js';
import { LOCK_RECORDS } from './statements/lock.js';

/** An idempotency record that Redis has. */
export interface OfferedRecord {
  readonly owner: string;
  readonly key: string;
  readonly record: string;
}

/** One that is to be stored. */
export interface RecordChange extends OfferedRecord {
  /** Milliseconds since the epoch; null for now. */
  readonly createdAt: number | null;
  /** What it takes more than the one before it. */
  readonly addedBytes: number;
}

interface RecordRow {
  readonly position: number;
  readonly record: string;
  readonly created_at: Date;
  readonly bytes: number;
  readonly has_expired: boolean;
}

/** Locks what is stored under the keys of these records, and returns those that are to replace it. */
export async function recordChanges(
  transaction: PostgresTransaction,
  offered: readonly OfferedRecord[],
): Promise<RecordChange[]> {
  const records = inLockOrder(offered);
  if (records.length === 0) return [];
  const values = LOCK_RECORDS.values({
    owners: records.map(({ owner }) => owner),
    keys: records.map(({ key }) => key),
    windowMs: IDEMPOTENCY_WINDOW_MS,
  });
  const rows = await transaction.run<RecordRow>(LOCK_RECORDS, values);
  const stored = new Map(rows.map((row) => [row.position, row]));
  return records.flatMap((record, i) => changeOf(record, stored.get(i)) ?? []);
}

/** Each key once, the last record under it. */
function inLockOrder(offered: readonly OfferedRecord[]): OfferedRecord[] {
  const byKey = new Map(offered.map((record) => [`${record.owner} ${record.key}`, record]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

function changeOf(offered: OfferedRecord, stored: RecordRow | undefined): RecordChange | undefined {
  const bytes = bytesOfRecord(offered.key, offered.record);
  if (!stored) return { ...offered, createdAt: null, addedBytes: bytes };
  const addedBytes = bytes - stored.bytes;
  if (stored.has_expired) return { ...offered, createdAt: null, addedBytes };
  if (stored.record === offered.record) return undefined;
  const before = turnOf(stored.record);
  if (!before || before.id !== turnOf(offered.record)?.id) {
    return { ...offered, createdAt: null, addedBytes };
  }
  // A turn that has ended runs no more: a record that says so is the older one.
  if (before.status !== 'running') return undefined;
  return { ...offered, createdAt: stored.created_at.getTime(), addedBytes };
}

/** One that cannot be read must not stop the others of its batch. */
function turnOf(record: string): Turn | undefined {
  try {
    return decodeIdempotencyRecord(record).turn;
  } catch {
    return undefined;
  }
}
