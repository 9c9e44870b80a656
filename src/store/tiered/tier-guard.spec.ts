import { beforeEach, describe, expect, it } from '@jest/globals';
import { PARTITIONS } from '../redis/partitions.js';
import { RedisKeys } from '../redis/redis.keys.js';
import type { PartitionState } from '../redis/tier/redis.flushes.js';
import { StoreUnavailableError } from '../store.errors.js';
import type { Reconciliation } from './reconciliation.js';
import { TierGuard } from './tier-guard.js';

const away = () => new StoreUnavailableError('It is away.', { mayHaveBeenApplied: false });

describe('TierGuard of two primaries', () => {
  const keys = new RedisKeys('cs:');
  let evicting: Set<string>;
  let lost: Set<string>;
  /** The primary of the first partition, and that of all others. */
  let primaries: [first: string, others: string];
  let guard: TierGuard;

  beforeEach(() => {
    evicting = new Set();
    lost = new Set();
    primaries = ['a', 'b'];
    const answer = <T>(primary: string, value: T): Promise<T> =>
      lost.has(primary) ? Promise.reject(away()) : Promise.resolve(value);
    const { flushKey } = keys.partition(0);
    guard = new TierGuard(
      {
        primaryOf: (key) => primaries[key === flushKey ? 0 : 1],
        instanceOf: (primary) => answer(primary, `run of ${primary}`),
        mayEvict: (primary) => answer(primary, evicting.has(primary)),
        onReconnect: () => undefined,
      },
      keys,
      {
        run: async (...[partitions, , onStates]: Parameters<Reconciliation['run']>) => {
          const states = partitions.map(
            (partition) => ({ partition, unsaved: 0 }) as PartitionState,
          );
          onStates(states);
          return Promise.resolve(states);
        },
      } as unknown as Reconciliation,
      1_000,
    );
  });

  it('serves the partitions of one while the other is lost', async () => {
    lost.add('b');
    await guard.untilReady(0);
    await expect(guard.untilReady(1)).rejects.toThrow('It is away.');
    expect(await guard.compare()).toHaveLength(1);
    lost.clear();
    await guard.untilReady(1);
    expect(await guard.compare()).toHaveLength(PARTITIONS);
  });

  it('refuses writes while one of them may evict, until it is replaced', async () => {
    evicting.add('b');
    await guard.compare();
    expect(() => guard.assertWritable()).toThrow('noeviction');
    primaries = ['a', 'c'];
    await guard.compare();
    expect(() => guard.assertWritable()).not.toThrow();
  });
});
