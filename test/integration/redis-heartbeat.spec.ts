import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import slotOf from 'cluster-key-slot';
import { StoreUnavailableError, type Owner } from 'conversation-store';
import { OwnerKeys } from '../../src/store/redis/redis.keys.js';
import { until } from '../support/redis-server.js';
import { openRedisStore } from '../support/redis-store.js';
import { startCluster } from '../support/redis-topologies.js';

/** An owner whose keys lie in the i-th third of the slots: on the i-th of three primaries. */
function ownerOn(primary: 0 | 1 | 2): Owner {
  for (;;) {
    const owner = { tenantId: randomUUID(), userId: 'u' };
    const slot = slotOf(new OwnerKeys('cs:', owner).expiriesKey);
    if (Math.floor((slot * 3) / 16_384) === primary) return owner;
  }
}

describe('a cluster of which one primary freezes', () => {
  it('refuses its owners at once, and serves the others', async () => {
    const cluster = await startCluster();
    const store = await openRedisStore({ ...cluster.options, timeoutMs: 60_000 });
    try {
      const create = (owner: Owner): Promise<unknown> =>
        store.create(owner, { id: randomUUID(), metadata: {}, messages: [] });
      const [lost, ...others] = [ownerOn(0), ownerOn(1), ownerOn(2)];
      await create(lost);
      cluster.servers[0]?.freeze();
      // The first requests wait for the frozen primary. The heartbeat refuses those that come later.
      const refused: unknown[] = [];
      await until(() => {
        create(lost).catch((error: unknown) => refused.push(error));
        return refused.length > 0;
      });
      expect(refused[0]).toBeInstanceOf(StoreUnavailableError);
      for (const owner of others) await create(owner);
      for (let i = 0; i < 9; i++) await store.ping();
      cluster.servers[0]?.thaw();
      await until(() =>
        create(lost).then(
          () => true,
          () => false,
        ),
      );
    } finally {
      await store.close();
      await cluster.stop();
    }
  });
});
