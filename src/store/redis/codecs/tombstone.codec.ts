/** Of the deletes of a partition. */
export interface DeleteNumber {
  readonly number: number;
  /** Of the last delete whose tombstone the record is known to have; 0 when there was none. */
  readonly buried: number;
}

/** What a delete in Redis leaves for the record behind it. */
export interface Tombstone {
  /** Higher than that of the conversation. */
  readonly revision: number;
  /** Idempotency records that are not saved yet. */
  readonly records: readonly UnsavedRecord[];
  readonly number: DeleteNumber;
}

interface UnsavedRecord {
  /** The idempotency key as the client sent it. */
  readonly key: string;
  readonly record: string;
}

/** The result of delete.lua with a tier. */
export type DeleteResult = [
  revision: number,
  records: readonly string[],
  number: number,
  buried: string,
];

export function decodeTombstone([revision, flat, number, buried]: DeleteResult): Tombstone {
  const records = decodeUnsavedRecords(flat);
  return { revision, records, number: { number, buried: Number(buried) } };
}

/** Records as scripts return them: key, record, key, record … */
function decodeUnsavedRecords(flat: readonly string[]): UnsavedRecord[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => ({
    key: flat[2 * i] as string,
    record: flat[2 * i + 1] as string,
  }));
}
