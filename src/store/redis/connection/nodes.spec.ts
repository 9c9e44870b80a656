import { describe, expect, it, jest } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { primariesOf } from './nodes.js';

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
