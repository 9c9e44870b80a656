/** A text that is replaced. */
export interface Replacement {
  /** The name of a field of the hash, or the seq of a message. */
  readonly place: string | number;
  readonly former: string;
  readonly text: string;
}

/** What a script replaces at a time, unless one text has more bytes: it takes Redis about half a millisecond. */
const BATCH = { texts: 500, bytes: 256 * 1024 } as const;

/** Parts that a script replaces each. Fields come before messages. */
export function batchesOf(replacements: readonly Replacement[]): Replacement[][] {
  const batches: Replacement[][] = [];
  let bytes = Infinity;
  for (const replacement of replacements) {
    const size = Buffer.byteLength(replacement.former) + Buffer.byteLength(replacement.text);
    const batch = batches.at(-1);
    if (batch && batch.length < BATCH.texts && bytes + size <= BATCH.bytes) {
      batch.push(replacement);
      bytes += size;
    } else {
      batches.push([replacement]);
      bytes = size;
    }
  }
  return batches;
}
