import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resealRedisStore } from '../../src/store/redis/reseal/reseal-redis-store.js';
import { anOwner } from '../contract/workbench.js';
import { until } from '../support/redis-server.js';
import { openRedisStore, redisOptions } from '../support/redis-store.js';
import { startCluster, type TestTopology } from '../support/redis-topologies.js';
import { SEALED_BY, SEALINGS, SECRET, storeMuch, textsInRedis } from '../support/reseal.js';

describe('a reseal of a cluster', () => {
  let cluster: TestTopology;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  it('seals anew what each of the primaries holds, and goes on at any of them', async () => {
    const store = await openRedisStore({ ...cluster.options, sealing: SEALINGS.k1 });
    await until(() =>
      store.ping().then(
        () => true,
        () => false,
      ),
    );
    const owners = Array.from({ length: 30 }, () => anOwner());
    const ids = await Promise.all(owners.map((owner) => storeMuch(store, owner)));
    await store.close();
    const textsOfAll = (): Promise<string[]> =>
      Promise.all(cluster.servers.map(async ({ port }) => (await textsInRedis(port, 'cs:')).texts));
    for (const text of await textsOfAll()) expect(text).toMatch(SEALED_BY.k1);

    const options = redisOptions(cluster.options);
    const stop = new AbortController();
    const stopped = await resealRedisStore(options, {
      sealing: SEALINGS.k2k1,
      signal: stop.signal,
      onProgress: ({ position }) => position.endsWith('/end') && stop.abort(),
    });
    expect(stopped.outcome).toBe('stopped');
    expect((await textsOfAll()).filter((text) => SEALED_BY.k1.test(text))).toHaveLength(2);
    const { position: from } = stopped;
    const rest = await resealRedisStore(options, { sealing: SEALINGS.k2k1, from });
    expect(rest).toMatchObject({ outcome: 'done', damaged: 0, conversations: 30 });
    for (const text of await textsOfAll()) {
      expect(text).not.toMatch(SEALED_BY.k1);
      expect(text).not.toContain(SECRET);
    }
    const after = await openRedisStore({ ...cluster.options, sealing: SEALINGS.k2 });
    for (const [i, owner] of owners.entries()) {
      const page = await after.read(owner, ids[i] as string, { limit: 10, from: 'end' });
      expect(page.messages).toHaveLength(3);
    }
    await after.close();
  });
});
