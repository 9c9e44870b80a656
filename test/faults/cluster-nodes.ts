import { Redis } from 'ioredis';
import slotOf from 'cluster-key-slot';
import { OwnerKeys } from '../../src/store/redis/redis.keys.js';
import { until, type RedisServer } from '../support/redis-server.js';
import type { TestTopology } from '../support/redis-topologies.js';
import type { FaultUser } from './ledger.js';
import { configure, withRedis } from './server-questions.js';

/** A line of CLUSTER NODES. */
export interface ClusterNode {
  readonly id: string;
  readonly port: number;
  readonly isPrimary: boolean;
  readonly isFailing: boolean;
  readonly slots: readonly (readonly [first: number, last: number])[];
}

export function slotOfUser({ tid, sub }: FaultUser): number {
  return slotOf(new OwnerKeys('cs:', { tenantId: tid, userId: sub }).expiriesKey);
}

/** The servers of a cluster, whichever of them are primaries at the moment. */
export class ClusterNodes {
  readonly servers: RedisServer[];

  constructor(topology: TestTopology) {
    this.servers = [...topology.servers];
  }

  /** Has a failure noticed within a test's time, and lets the others go on without the lost slots. */
  async beQuick(): Promise<void> {
    for (const server of this.servers) {
      await configure(server, {
        'cluster-node-timeout': '1000',
        'cluster-require-full-coverage': 'no',
        'repl-diskless-sync-delay': '0',
      });
      await withRedis(server, (redis) => redis.config('REWRITE'));
    }
  }

  /** As one of them sees it that is there. */
  async all(): Promise<ClusterNode[]> {
    for (const server of this.servers) {
      const nodes = await ask(server.port, 'NODES').catch(() => undefined);
      if (nodes !== undefined) return nodes.trim().split('\n').map(toNode);
    }
    throw new Error('No node of the cluster answers.');
  }

  /** Those that have slots. */
  async primaries(): Promise<ClusterNode[]> {
    return (await this.all()).filter(({ isPrimary, slots }) => isPrimary && slots.length > 0);
  }

  async primaryOf(slot: number): Promise<ClusterNode> {
    const primaries = await this.primaries();
    return primaries.find(({ slots }) =>
      slots.some(([first, last]) => first <= slot && slot <= last),
    ) as ClusterNode;
  }

  server({ port }: ClusterNode): RedisServer {
    return this.servers.find((server) => server.port === port) as RedisServer;
  }

  /** Grows with every fail-over and every slot that changes hands. */
  async epoch(): Promise<number> {
    const epochs = await Promise.all(this.servers.map(({ port }) => ask(port, 'INFO')));
    return Math.max(...epochs.map((info) => Number(/current_epoch:(\d+)/.exec(info)?.[1])));
  }

  /** Waits until every node takes every other for healthy. */
  async isWhole(): Promise<void> {
    await until(async () => {
      const views = await Promise.all(this.servers.map(({ port }) => ask(port, 'NODES')));
      const nodes = views.flatMap((view) => view.trim().split('\n').map(toNode));
      return nodes.every(({ isFailing }) => !isFailing);
    });
    await until(async () => {
      const infos = await Promise.all(this.servers.map(({ port }) => ask(port, 'INFO')));
      return infos.every((info) => info.includes('cluster_state:ok'));
    });
  }
}

function toNode(line: string): ClusterNode {
  const [id = '', address = '', flags = '', , , , , link = '', ...slots] = line.split(' ');
  return {
    id,
    port: Number(/:(\d+)@/.exec(address)?.[1]),
    isPrimary: flags.includes('master'),
    isFailing: /fail|handshake|noaddr/.test(flags) || link !== 'connected',
    slots: slots
      .filter((range) => !range.startsWith('['))
      .map((range) => {
        const [first, last = first] = range.split('-').map(Number);
        return [first ?? 0, last ?? 0] as const;
      }),
  };
}

async function ask(port: number, question: 'NODES' | 'INFO'): Promise<string> {
  const redis = new Redis(port, { retryStrategy: null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  try {
    return String(await redis.call('CLUSTER', question));
  } finally {
    redis.disconnect();
  }
}
