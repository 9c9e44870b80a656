import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Tiers } from '../../src/store/tiered/open-tiers.js';
import { StoreFaultError } from '../../src/store/store.errors.js';
import { hold } from '../support/hold.js';
import type { PostgresServer } from '../support/postgres-server.js';
import { until, type RedisServer } from '../support/redis-server.js';
import { TieredBench, TIMEOUT_MS } from '../support/tiered-bench.js';

type Open = Awaited<ReturnType<TieredBench['open']>>;

describe('processes that flush the same partitions', () => {
  let redis: RedisServer;
  let postgres: PostgresServer;
  let bench: TieredBench;
  let one: Open;
  let other: Open;

  beforeAll(async () => {
    [redis, postgres] = await TieredBench.startServers();
  });
  afterAll(() => Promise.all([redis.stop(), postgres.stop()]));
  beforeEach(async () => {
    bench = await TieredBench.on(redis, postgres);
    [one, other] = await Promise.all([bench.open(), bench.open()]);
  });
  afterEach(async () => {
    expect(await bench.keysWithoutTtl()).toEqual([]);
    await bench.close();
  });

  const flushNumber = async (): Promise<number> => {
    const [row] = await bench.query<{ number: number }>('SELECT number::int FROM flush_numbers');
    return row?.number ?? 0;
  };
  const isSaved = async (id: string, texts: string[]): Promise<boolean> =>
    JSON.stringify((await bench.rows(id))?.texts) === JSON.stringify(texts);

  it('do no work twice', async () => {
    const saves = [one, other].map(countSaves);
    const ids = await Promise.all([1, 2, 3, 4].map(() => bench.create(one, 'a')));
    await Promise.all(ids.map((id, i) => bench.append(i % 2 ? one : other, id, 'b')));
    await Promise.all([one.store.flush(bench.owner), other.store.flush(bench.owner)]);
    const saved = () => saves.flatMap(({ revisions }) => revisions);
    expect(new Set(saved()).size).toBe(saved().length);
    const [number, count] = [await flushNumber(), saved().length];
    expect(number).toBe(saves.reduce((sum, { calls }) => sum + calls, 0));
    // Nothing is left to do for anybody's next pass.
    await Promise.all([one.store.flush(bench.owner), other.store.flush(bench.owner)]);
    expect([await flushNumber(), saved().length]).toEqual([number, count]);
  });

  it('save what they can when PostgreSQL refuses one conversation', async () => {
    const ids = await Promise.all([1, 2, 3, 4, 5].map(() => bench.create(one, 'a')));
    await one.store.flush(bench.owner);
    const { record } = one.tiers;
    const save = record.save.bind(record);
    record.save = (numbers, snapshots) =>
      snapshots.some(({ id }) => id === ids[3])
        ? Promise.reject(new StoreFaultError('A value is wrong.'))
        : save(numbers, snapshots);
    for (const id of ids) await bench.append(one, id, 'b');
    await until(async () => {
      const rows = await Promise.all(ids.map((id) => bench.rows(id)));
      return rows.every((row, i) => row?.texts.length === (i === 3 ? 1 : 2));
    });
    const partition = one.tiers.keys.partitionOf(bench.owner);
    const state = await one.tiers.tier.flushes.partitionState(partition);
    expect(state).toMatchObject({ unsaved: 0, quarantined: 1 });
  });

  it('follow one that has stopped before its transaction, which then changes nothing', async () => {
    const id = await bench.create(one, 'a');
    await one.store.flush(bench.owner);
    const save = hold(one.tiers.record, 'save');
    await bench.append(one, id, 'b');
    await save.reached;
    await bench.append(other, id, 'c');
    await until(() => isSaved(id, ['a', 'b', 'c']));
    const before = await bench.query('SELECT * FROM conversations');
    const number = await flushNumber();
    expect(await save.release()).toEqual(['fenced']);
    expect(await bench.query('SELECT * FROM conversations')).toEqual(before);
    expect(await flushNumber()).toBe(number);
    await bench.append(one, id, 'd');
    await until(() => isSaved(id, ['a', 'b', 'c', 'd']));
  });

  it.each([
    ['before its transaction', 'record', 'save'],
    ['between its commit and the marks', 'hot', 'settleAll'],
  ] as const)('follow one that dies %s, within its lease', async (_, part, method) => {
    const dead = await bench.abandon();
    const id = await bench.create(one, 'a');
    await one.store.flush(bench.owner);
    const target = part === 'record' ? dead.tiers.record : dead.tiers.tier.hot;
    const held = hold(target as unknown as { save(): void; settleAll(): void }, method);
    await bench.append(dead, id, 'b', 'key');
    await held.reached;
    const died = performance.now();
    await bench.append(other, id, 'c');
    await until(() => isSaved(id, ['a', 'b', 'c']));
    expect(performance.now() - died).toBeLessThan(3 * TIMEOUT_MS + 5_000);
    await held.release();
    await dead.store.close();
    expect(await bench.append(other, id, 'b', 'key')).toMatchObject({ replayed: true });
    expect(await bench.texts(one, id)).toEqual(['a', 'b', 'c']);
    await one.store.flush(bench.owner);
    expect(await bench.partition(one)).toMatchObject({ unsaved: 0, quarantined: 0 });
  });

  it('find what a writer left that died before its first flush', async () => {
    const dead = await bench.abandon();
    const held = hold(dead.tiers.tier.flushes, 'begin');
    const id = await bench.create(dead, 'a');
    await until(() => isSaved(id, ['a']), 20_000);
    await held.release();
    await dead.store.close();
  });

  it('keep what is unsaved for longer than the residency, while none can flush', async () => {
    const short = await bench.open({ residencyMs: 1 });
    const save = [one, other, short].map(({ tiers }) => hold(tiers.record, 'save'));
    const id = await bench.create(short, 'a');
    await Promise.race(save.map(({ reached }) => reached));
    // The residency is two timeouts at least.
    await delay(3 * 2 * TIMEOUT_MS);
    expect(await bench.texts(one, id)).toEqual(['a']);
    expect(await bench.rows(id)).toBeUndefined();
    expect(await bench.keysWithoutTtl()).toEqual([]);
    await Promise.all(save.map(({ release }) => release()));
    await until(() => isSaved(id, ['a']));
  });

  describe('and processes that die', () => {
    it('between the delete in Redis and the one in PostgreSQL leave it to the sweep', async () => {
      const dead = await bench.abandon();
      const id = await bench.create(one, 'a');
      await one.store.flush(bench.owner);
      const bury = hold(dead.tiers.record, 'bury');
      const deleting = dead.store.delete(bench.owner, id);
      await bury.reached;
      expect(await bench.texts(other, id)).toBeUndefined();
      expect(await other.store.listIds(bench.owner)).toEqual([]);
      await until(async () => (await bench.rows(id))?.status === 'deleted', 40_000);
      await bury.release();
      await deleting;
      await dead.store.close();
    });

    it('between the reservation of a conversation and its filling hold up others for a while', async () => {
      const dead = await bench.abandon();
      const id = await bench.create(one, 'a');
      await one.store.flush(bench.owner);
      await one.tiers.tier.hot.drop(bench.owner, id, { onlyClean: true });
      const load = hold(dead.tiers.record, 'load');
      const reading = bench.texts(dead, id);
      await load.reached;
      await until(() => bench.append(other, id, 'b').then(Boolean, () => false), 10_000);
      // What the dead one has read is too old by now.
      await load.release();
      expect(await reading).toEqual(['a', 'b']);
      await dead.store.close();
    });
  });
});

/** Counts what a store saves. */
function countSaves({ tiers: { record } }: { readonly tiers: Tiers }): {
  calls: number;
  revisions: string[];
} {
  const counted = { calls: 0, revisions: [] as string[] };
  const save = record.save.bind(record);
  record.save = (numbers, snapshots) => {
    counted.calls++;
    counted.revisions.push(...snapshots.map(({ id, revision }) => `${id} ${revision}`));
    return save(numbers, snapshots);
  };
  return counted;
}
