interface Leaf {
  readonly messageCount: number;
  /** The last message of the active branch. */
  readonly leafSeq?: number | undefined;
}

/**
 * The column `leaf_seq`. It is null while the leaf is the last message of all: an append then leaves it as it is, also that of
 * an older process, which does not know the column.
 */
export function storedLeaf({ leafSeq, messageCount }: Leaf): number | null {
  return leafSeq === undefined || leafSeq === messageCount ? null : leafSeq;
}
