import { crc32 } from 'node:zlib';
import slotOf from 'cluster-key-slot';

export const PARTITIONS = 1024;
const SLOTS = 16_384;
const SLOTS_PER_PARTITION = SLOTS / PARTITIONS;

/**
 * The hash tag of each partition. The 16,384 slots of a cluster are divided into 1,024 equal ranges,
 * and the tag of partition i has a slot in range i. Any number of shards therefore gets equal numbers
 * of partitions. The tag is the first of "p0", "p1", "p2" … whose slot lies in the range.
 *
 * The keys of stored data contain these tags, so the tags must never change. A test pins them.
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
