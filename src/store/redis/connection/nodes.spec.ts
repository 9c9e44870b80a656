import { describe, expect, it, jest } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { primariesOf } from './nodes.js';
import { PrimaryStatistics } from './statistics.js';

describe('primariesOf', () => {
  it.each([
    ['connecting', []],
    ['connect', []],
    ['ready', ['10.0.0.1:6379']],
    ['reconnecting', []],
  ] as const)('names for a cluster that is %s: %j', (status, names) => {
    const node = new Redis(6379, '10.0.0.1', { lazyConnect: true });
    const cluster = new Cluster(['10.0.0.1'], { lazyConnect: true });
    jest.spyOn(cluster, 'nodes').mockReturnValue([node]);
    cluster.status = status;
    expect([...primariesOf(cluster).keys()]).toEqual(names);
  });
});

describe('PrimaryStatistics', () => {
  /** Primaries of these addresses, run ids and evicted keys. */
  function clusterOf(
    cluster: Cluster,
    ...primaries: [host: string, run: string, evicted: number][]
  ) {
    const nodes = primaries.map(([host, run, evicted]) => {
      const node = new Redis(6379, host, { lazyConnect: true });
      const info = `run_id:${run}\r\nevicted_keys:${evicted}\r\n`;
      jest.spyOn(node, 'info').mockResolvedValue(info);
      return node;
    });
    jest.spyOn(cluster, 'nodes').mockReturnValue(nodes);
    cluster.status = 'ready';
  }

  it('counts the keys that primaries evict, and none because a failover gives them other numbers', async () => {
    const cluster = new Cluster(['10.0.0.1'], { lazyConnect: true });
    const statistics = new PrimaryStatistics(cluster);
    const evicted = async () => (await statistics.read()).map(({ evictedKeys }) => evictedKeys);
    clusterOf(cluster, ['10.0.0.1', 'a', 0], ['10.0.0.2', 'b', 700]);
    expect(await evicted()).toEqual([0, 0]);
    clusterOf(cluster, ['10.0.0.1', 'a', 5], ['10.0.0.2', 'b', 700]);
    expect(await evicted()).toEqual([5, 0]);
    // A replica of the first one is promoted: the second one is the first now.
    clusterOf(cluster, ['10.0.0.3', 'c', 40], ['10.0.0.2', 'b', 700]);
    expect(await evicted()).toEqual([5, 0]);
    clusterOf(cluster, ['10.0.0.3', 'c', 41], ['10.0.0.2', 'b', 702]);
    expect(await evicted()).toEqual([7, 1]);
    // A server that has started anew counts from 0.
    clusterOf(cluster, ['10.0.0.3', 'd', 0], ['10.0.0.2', 'b', 702]);
    expect(await evicted()).toEqual([7, 1]);
    clusterOf(cluster, ['10.0.0.3', 'd', 3], ['10.0.0.2', 'b', 702]);
    expect(await evicted()).toEqual([7, 4]);
  });
});
