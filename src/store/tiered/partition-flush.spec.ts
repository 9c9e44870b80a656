import { describe, expect, it } from '@jest/globals';
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
import type { FlushBeginning } from '../redis/tier/redis.flushes.js';
import type { RedisTier } from '../redis/tier/redis.tier.js';
import { PartitionFlush } from './partition-flush.js';

/** Flushes partitions of which another process has the leases, and returns how much each was asked for. */
async function limitsOf(partitions: number): Promise<number[]> {
  const limits: number[] = [];
  const begin = (...[, , , limit]: [number, string, number, number]): Promise<FlushBeginning> => {
    limits.push(limit);
    return Promise.resolve({ result: 'busy' });
  };
  const flush = new PartitionFlush(
    { flushes: { begin } } as unknown as RedisTier,
    { assertAnswers: () => undefined } as unknown as PostgresRecord,
    { untilReady: () => Promise.resolve(), isReady: () => true },
    { residencyMs: 1, tail: 1, leaseMs: 1 },
  );
  await flush.run(Array.from({ length: partitions }, (_, partition) => partition));
  return limits;
}

describe('PartitionFlush', () => {
  it('takes so many conversations at most in a pass, and some of each partition', async () => {
    expect(await limitsOf(1)).toEqual([2_000]);
    for (const partitions of [64, 1_024]) {
      const limits = await limitsOf(partitions);
      const sum = limits.reduce((total, limit) => total + limit, 0);
      expect(sum).toBeLessThanOrEqual(52_000);
      expect(Math.min(...limits)).toBeGreaterThanOrEqual(50);
    }
  });
});
