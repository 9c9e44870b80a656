import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hold } from '../support/hold.js';
import { holdNext } from '../support/hold-next.js';
import type { PostgresServer } from '../support/postgres-server.js';
import { until, type RedisServer } from '../support/redis-server.js';
import { served, TieredBench } from '../support/tiered-bench.js';

describe('a tier that goes back in time', () => {
  let redis: RedisServer;
  let postgres: PostgresServer;
  let bench: TieredBench;
  let open: Awaited<ReturnType<TieredBench['open']>>;

  beforeAll(async () => {
    [redis, postgres] = await TieredBench.startServers();
  });
  afterAll(() => Promise.all([redis.stop(), postgres.stop()]));
  beforeEach(async () => {
    bench = await TieredBench.on(redis, postgres);
    open = await bench.open();
  });
  afterEach(async () => {
    expect(await bench.keysWithoutTtl()).toEqual([]);
    await bench.close();
  });

  const flush = () => served(() => open.store.flush(bench.owner));
  const texts = (id: string) => served(() => bench.texts(open, id));

  describe('Redis', () => {
    it('continues with what PostgreSQL has, and remembers the keys that only PostgreSQL knows', async () => {
      const id = await bench.create(open, 'a');
      await flush();
      redis.copyData();
      await bench.append(open, id, 'b', 'key');
      const later = await bench.create(open, 'c');
      await flush();
      await bench.restartRedis(() => redis.restoreData());
      expect(await texts(id)).toEqual(['a', 'b']);
      expect(await served(() => bench.append(open, id, 'b', 'key'))).toMatchObject({
        replayed: true,
      });
      await served(() => bench.append(open, id, 'd'));
      await flush();
      expect(await bench.rows(id)).toMatchObject({ texts: ['a', 'b', 'd'] });
      expect(await texts(later)).toEqual(['c']);
      expect([...(await open.store.listIds(bench.owner))].sort()).toEqual([id, later].sort());
    });

    it('keeps a delete that only PostgreSQL knows', async () => {
      const id = await bench.create(open, 'a');
      await flush();
      redis.copyData();
      await open.store.delete(bench.owner, id);
      await bench.restartRedis(() => redis.restoreData());
      expect(await texts(id)).toBeUndefined();
      expect(await open.store.listIds(bench.owner)).toEqual([]);
    });

    it('is filled again when it was emptied', async () => {
      const id = await bench.create(open, 'a');
      await bench.append(open, id, 'b', 'key');
      const deleted = await bench.create(open, 'c');
      await flush();
      await open.store.delete(bench.owner, deleted);
      await bench.restartRedis(() => redis.removeData());
      expect(await texts(id)).toEqual(['a', 'b']);
      expect(await texts(deleted)).toBeUndefined();
      expect(await served(() => bench.append(open, id, 'b', 'key'))).toMatchObject({
        replayed: true,
      });
      expect(await texts(id)).toEqual(['a', 'b']);
    });

    it('has no flush from before committed behind its back', async () => {
      const late = await bench.open();
      const id = await bench.create(open, 'a');
      await flush();
      redis.copyData();
      // Its flush has read the message and raised the number, and takes long to reach PostgreSQL.
      const held = hold(late.tiers.record, 'save');
      await bench.append(late, id, 'lost');
      await held.reached;
      await bench.restartRedis(() => redis.restoreData());
      expect(await texts(id)).toEqual(['a']);
      await served(() => bench.append(open, id, 'b'));
      const results = await held.release();
      expect(results).toEqual(['fenced']);
      await flush();
      expect(await bench.rows(id)).toMatchObject({ texts: ['a', 'b'] });
    });
  });

  describe.each([
    ['of a partition that was flushed before', true],
    ['of a partition that was never flushed', false],
  ])('Redis, under a flush %s', (_, isFlushed) => {
    it.each([
      ['which goes on first', false],
      ['behind a comparison', true],
    ])('commits nothing that Redis has lost since, %s', async (_name, isCompared) => {
      const late = await bench.open();
      const id = await bench.create(open, 'a');
      if (isFlushed) await flush();
      const others = hold(open.tiers.flush, 'run');
      const begun = holdNext(late.tiers.tier.flushes, 'begin', 'answer');
      await bench.append(late, id, 'b');
      await begun.reached;
      // A replica has the lease of this flush, and not the message that the flush reads next.
      redis.copyData();
      await bench.append(open, id, 'lost');
      const read = holdNext(late.tiers.tier.snapshots, 'take', 'answer');
      begun.release();
      await read.reached;
      await bench.restartRedis(() => redis.restoreData());
      await served(() => late.tiers.hot.ping());
      const partition = late.tiers.keys.partitionOf(bench.owner);
      if (isCompared) await served(() => late.tiers.guard.untilReady(partition));
      read.release();
      expect(await texts(id)).toEqual(['a', 'b']);
      await served(() => bench.append(open, id, 'c'));
      await others.release();
      await flush();
      expect(await bench.rows(id)).toMatchObject({ texts: ['a', 'b', 'c'] });
    });
  });

  it('Redis, while a conversation is loaded, takes no write before it is mended', async () => {
    const late = await bench.open();
    const id = await bench.create(open, 'a');
    await flush();
    redis.copyData();
    await bench.append(open, id, 'b');
    await flush();
    await open.tiers.tier.hot.drop(bench.owner, id);
    const loaded = holdNext(late.tiers.record, 'load', 'answer');
    const appended = served(() => bench.append(late, id, 'c'));
    await loaded.reached;
    await bench.restartRedis(() => redis.restoreData());
    await served(() => late.tiers.hot.ping());
    loaded.release();
    await appended;
    expect(await texts(id)).toEqual(['a', 'b', 'c']);
  });

  it('Redis, mended by two processes, loses nothing that was written once it was mended', async () => {
    const late = await bench.open();
    const id = await bench.create(open, 'a');
    await flush();
    redis.copyData();
    await bench.append(open, id, 'b');
    await flush();
    await bench.restartRedis(() => redis.restoreData());
    const held = holdNext(late.tiers.tier.hot, 'drop', 'begin');
    const mended = served(() => bench.texts(late, id));
    await held.reached;
    // The lease of the first runs out.
    expect(await texts(id)).toEqual(['a', 'b']);
    const flushed = hold(open.tiers.flush, 'run');
    await served(() => bench.append(open, id, 'c'));
    held.release();
    expect(await mended).toEqual(['a', 'b', 'c']);
    await flushed.release();
    expect(await texts(id)).toEqual(['a', 'b', 'c']);
  });

  describe('PostgreSQL', () => {
    it('gets again what Redis still has, also when a flush comes before any comparison', async () => {
      const [id, deleted] = [await bench.create(open, 'a'), await bench.create(open, 'x')];
      await flush();
      await postgres.copyData();
      await served(() => bench.append(open, id, 'b', 'key'));
      await flush();
      await served(() => open.store.delete(bench.owner, deleted));
      await postgres.restoreData();
      await bench.append(open, id, 'c');
      await until(async () => (await bench.rows(id))?.texts.length === 3);
      expect(await bench.rows(id)).toMatchObject({ texts: ['a', 'b', 'c'] });
      expect(await texts(deleted)).toBeUndefined();
      expect(await open.store.listIds(bench.owner)).toEqual([id]);
      await open.tiers.deletion.finishPending({ ...(await bench.partition(open)) });
      expect(await bench.rows(deleted)).toEqual({ status: 'deleted', texts: [] });
    });

    it('stops one conversation that differs, and no other', async () => {
      const [id, other] = [await bench.create(open, 'a'), await bench.create(open, 'b')];
      await flush();
      await bench.query(`UPDATE messages SET body = replace(body, '"a"', '"z"')`);
      await bench.query('UPDATE conversations SET revision = 0, message_count = 0');
      await bench.query('DELETE FROM flush_numbers');
      await bench.append(open, id, 'c');
      await bench.append(open, other, 'd');
      await until(async () => (await bench.rows(other))?.texts.length === 2);
      expect(await bench.rows(id)).toMatchObject({ texts: ['z'] });
      expect(await texts(id)).toEqual(['a', 'c']);
    });
  });
});
