import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import slotOf from 'cluster-key-slot';
import { PARTITION_TAGS, PARTITIONS, partitionOf } from './partitions.js';

describe('the partitions', () => {
  it('never change: data is found by them', () => {
    expect(PARTITION_TAGS.slice(0, 4)).toEqual(['p1567', 'p626', 'p296', 'p267']);
    expect(hash('sha256', PARTITION_TAGS.join(','))).toBe(
      '96dd5d584cce89809bb4359e2d99458f2d97b9f35ada79e764a4ddd313978c56',
    );
    expect([partitionOf('contoso:alice'), partitionOf('contoso:bob')]).toEqual([44, 28]);
  });

  it('are 1,024 tags of their own', () => {
    expect(new Set(PARTITION_TAGS).size).toBe(PARTITIONS);
  });

  it.each([3, 16, 64])('spread over %i shards evenly', (shards) => {
    const perShard = new Array<number>(shards).fill(0);
    for (const tag of PARTITION_TAGS) {
      const shard = Math.floor((slotOf(tag) * shards) / 16_384);
      perShard[shard] = (perShard[shard] ?? 0) + 1;
    }
    expect(Math.max(...perShard) - Math.min(...perShard)).toBeLessThanOrEqual(1);
  });

  it('take owners evenly', () => {
    const owners = 102_400;
    const perPartition = new Array<number>(PARTITIONS).fill(0);
    for (let i = 0; i < owners; i++) {
      const partition = partitionOf(`contoso:user-${i}%40example.com`);
      perPartition[partition] = (perPartition[partition] ?? 0) + 1;
    }
    // 100 each on average; a fair spread strays by ten (one standard deviation) here and there.
    expect(Math.max(...perPartition)).toBeLessThan(150);
    expect(Math.min(...perPartition)).toBeGreaterThan(50);
  });
});
