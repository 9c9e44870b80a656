import { setTimeout as letLoadRun } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { until, type RedisServer } from '../support/redis-server.js';
import type { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import type { TestTopology } from '../support/redis-topologies.js';
import { repeatFor, type Nemesis } from './nemesis.js';
import { configure, infoField, withRedis } from './server-questions.js';

/** A primary and a replica, and the sentinel that decides which is which. */
export class WatchedPair {
  private readonly sentinel: Redis;

  constructor(private readonly topology: Pick<TestTopology, 'servers' | 'options'>) {
    const { topology: options } = topology.options;
    const password = options.mode === 'sentinel' ? options.password : undefined;
    const port = topology.servers.at(-1)?.port ?? 0;
    this.sentinel = new Redis(port, password === undefined ? {} : { password });
    // Away on purpose at the end of a test.
    this.sentinel.on('error', () => undefined);
  }

  /** Has a failure noticed within a test's time, and a replica in step at once. */
  async beQuick({ failoverTimeoutMs } = { failoverTimeoutMs: 3_000 }): Promise<void> {
    const settings = {
      'down-after-milliseconds': '500',
      'failover-timeout': String(failoverTimeoutMs),
    };
    for (const [name, value] of Object.entries(settings)) {
      await this.sentinel.call('SENTINEL', 'SET', 'main', name, value);
    }
    for (const server of this.data) await configure(server, { 'repl-diskless-sync-delay': '0' });
    await until(async () => (await this.masterField('num-slaves')) === '1');
    await this.replicated();
  }

  async primary(): Promise<RedisServer> {
    const [, port] = (await this.sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main')) as [
      string,
      string,
    ];
    return this.data.find((server) => server.port === Number(port)) as RedisServer;
  }

  /** Grows with every fail-over. */
  async epoch(): Promise<number> {
    return Number(await this.masterField('config-epoch'));
  }

  /** Ends the primary, waits for the promotion, and brings the old one back as a replica. */
  async failOver(onDeath?: () => void): Promise<void> {
    const old = await this.primary();
    await old.kill();
    onDeath?.();
    await until(async () => (await this.primary()) !== old);
    const promoted = await this.primary();
    await until(async () => (await infoField(promoted, 'replication', 'role')) === 'master');
    await old.run();
    // The sentinel would do so ten seconds later.
    await withRedis(old, (redis) => redis.replicaof('127.0.0.1', promoted.port));
    await configure(old, { 'repl-diskless-sync-delay': '0' });
    await this.replicated();
    await until(async () => !(await this.masterField('flags')).includes('failover'));
  }

  close(): void {
    this.sentinel.disconnect();
  }

  private get data(): readonly RedisServer[] {
    return this.topology.servers.slice(0, 2);
  }

  private async replicated(): Promise<void> {
    const primary = await this.primary();
    await until(async () =>
      (await infoField(primary, 'replication', 'slave0')).includes('state=online'),
    );
  }

  private async masterField(name: string): Promise<string> {
    const fields = (await this.sentinel.call('SENTINEL', 'MASTER', 'main')) as string[];
    return fields[fields.indexOf(name) + 1] ?? '';
  }
}

/** Holds up what the replica is sent for a second, and then ends the primary: nobody has that any more. */
export function failOverWhileReplicaLags(
  pair: WatchedPair,
  link: TcpFaultProxy,
  waitReplicas: number,
): Nemesis {
  return {
    name: `Sentinel fail-over, replica a second behind (REDIS_WAIT_REPLICAS=${waitReplicas})`,
    causes: ['failed'],
    strike: async (_, clients) => {
      const before = await pair.epoch();
      link.stall();
      await letLoadRun(1_000);
      // Those who wait for the replica must have waited in vain.
      if (waitReplicas > 0) await clients.meet('unknown');
      await pair.failOver(() => link.cut());
      return (await pair.epoch()) - before;
    },
  };
}

export function sentinelFailover(pair: WatchedPair): Nemesis {
  return {
    name: 'Sentinel fail-over (REDIS_WAIT_REPLICAS=1)',
    causes: ['refused'],
    strike: async (forMs, clients) => {
      const before = await pair.epoch();
      await repeatFor(forMs, async () => {
        await pair.failOver();
        await clients.areServed();
      });
      return (await pair.epoch()) - before;
    },
  };
}
