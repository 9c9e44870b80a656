import { setTimeout as letLoadRun } from 'node:timers/promises';
import { until } from '../support/redis-server.js';
import { slotOfUser, type ClusterNode, type ClusterNodes } from './cluster-nodes.js';
import type { FaultUser } from './ledger.js';
import { repeatFor, type Nemesis } from './nemesis.js';
import { infoField, withRedis } from './server-questions.js';

/** Keys that move together: few, so that a slot is often half here and half there. */
const KEYS_AT_A_TIME = 10;

/** Ends the primary of the user's slot; nobody takes its place, and it comes back with its AOF. */
export function losePrimary(nodes: ClusterNodes, user: FaultUser): Nemesis {
  return {
    name: 'cluster: primary killed, back with AOF',
    causes: ['failed'],
    strike: async (forMs, clients) => {
      const server = nodes.server(await nodes.primaryOf(slotOfUser(user)));
      const runs = new Set([await infoField(server, 'server', 'run_id')]);
      await repeatFor(forMs, async () => {
        await server.kill();
        await Promise.all([clients.meet('failed'), letLoadRun(forMs / 5)]);
        await server.run();
        runs.add(await infoField(server, 'server', 'run_id'));
        await nodes.isWhole();
        await clients.areServed();
      });
      return runs.size - 1;
    },
  };
}

/** Ends the primary of the user's slot; a replica takes its place, and the old one follows that. */
export function failOver(nodes: ClusterNodes, user: FaultUser): Nemesis {
  return {
    name: 'cluster fail-over (REDIS_WAIT_REPLICAS=1)',
    causes: ['failed'],
    strike: async (forMs, clients) => {
      const before = await nodes.epoch();
      await repeatFor(forMs, async () => {
        const old = await nodes.primaryOf(slotOfUser(user));
        await nodes.server(old).kill();
        await until(async () => (await nodes.primaryOf(slotOfUser(user))).id !== old.id);
        await nodes.server(old).run();
        await nodes.isWhole();
        const promoted = nodes.server(await nodes.primaryOf(slotOfUser(user)));
        await until(async () =>
          (await infoField(promoted, 'replication', 'slave0')).includes('state=online'),
        );
        await clients.areServed();
      });
      return (await nodes.epoch()) - before;
    },
  };
}

/** Moves the very slots that are written to from primary to primary, key by key. */
export function moveSlots(nodes: ClusterNodes, users: readonly FaultUser[], name: string): Nemesis {
  return {
    name,
    // ioredis waits for a slot on the move, and often long enough.
    causes: [],
    strike: async (forMs, clients) => {
      let moved = 0;
      await repeatFor(forMs, async () => {
        for (const user of users) {
          await moveSlot(nodes, slotOfUser(user));
          moved++;
          await clients.areServed();
        }
      });
      return moved;
    },
  };
}

/** To the next primary. */
async function moveSlot(nodes: ClusterNodes, slot: number): Promise<void> {
  const primaries = (await nodes.primaries()).sort((a, b) => a.port - b.port);
  const source = await nodes.primaryOf(slot);
  const at = primaries.findIndex(({ id }) => id === source.id);
  const target = primaries[(at + 1) % primaries.length] as ClusterNode;
  await setSlot(nodes, target, slot, 'IMPORTING', source.id);
  await setSlot(nodes, source, slot, 'MIGRATING', target.id);
  await withRedis(nodes.server(source), async (redis) => {
    for (;;) {
      const count = String(KEYS_AT_A_TIME);
      const keys = (await redis.call('CLUSTER', 'GETKEYSINSLOT', slot, count)) as string[];
      if (keys.length === 0) return;
      const to = ['127.0.0.1', target.port, '', 0, 5_000, 'REPLACE', 'KEYS'] as const;
      await redis.call('MIGRATE', ...to, ...keys);
    }
  });
  for (const node of [target, source, ...primaries.filter(({ id }) => id !== source.id)]) {
    await setSlot(nodes, node, slot, 'NODE', target.id);
  }
}

async function setSlot(
  nodes: ClusterNodes,
  node: ClusterNode,
  slot: number,
  state: 'IMPORTING' | 'MIGRATING' | 'NODE',
  id: string,
): Promise<void> {
  await withRedis(nodes.server(node), (redis) => redis.call('CLUSTER', 'SETSLOT', slot, state, id));
}
