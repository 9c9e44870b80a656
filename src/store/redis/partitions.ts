import { crc32 } from 'node:zlib';
import slotOf from 'cluster-key-slot';

export const PARTITIONS = 1024;
const SLOTS = 16_384;
const SLOTS_PER_PARTITION = SLOTS / PARTITIONS;

/**
 * The hash tag of each partition, chosen so that partition i lies in the i-th of 1,024 equal ranges
 * of slots: any number of shards then shares the partitions equally. Of "p0", "p1", "p2" … a
 * partition takes the first whose slot lies in its range. Data is found by these tags: they never
 * change (a test pins them).
 */
export const PARTITION_TAGS: readonly string[] = chooseTags();

/** The partition of an encoded owner. */
export function partitionOf(encodedOwner: string): number {
  return crc32(encodedOwner) % PARTITIONS;
}

function chooseTags(): string[] {
  const tags = new Map<number, string>();
  for (let candidate = 0; tags.size < PARTITIONS; candidate++) {
    const tag = `p${candidate}`;
    const partition = Math.floor(slotOf(tag) / SLOTS_PER_PARTITION);
    if (!tags.has(partition)) tags.set(partition, tag);
  }
  return Array.from({ length: PARTITIONS }, (_, partition) => tags.get(partition) as string);
}
