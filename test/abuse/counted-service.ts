import { setTimeout as delay } from 'node:timers/promises';
import type { Type } from '@nestjs/common';
import type { Orchestrator } from 'conversation-store';
import { Redis } from 'ioredis';
import { CommandStats } from '../../bench/load/command-stats.js';
import { RedisServer } from '../support/redis-server.js';
import { redisOptions } from '../support/redis-store.js';
import { startService, type TestService } from '../support/service.js';

/** Polls without a change after which a count counts as settled, and the milliseconds between two polls. */
const SETTLED = { polls: 20, everyMs: 25 } as const;

export interface CountedServiceOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly orchestrator?: Type<Orchestrator>;
}

/** The service in this process, with a Redis of its own that counts what the service makes it do. */
export class CountedService {
  private constructor(
    readonly service: TestService,
    private readonly redis: RedisServer,
    private readonly stats: CommandStats,
    readonly client: Redis,
  ) {}

  static async start(options: CountedServiceOptions = {}): Promise<CountedService> {
    const redis = await RedisServer.start();
    const node = { host: '127.0.0.1', port: redis.port };
    const topology = { mode: 'standalone', node, db: 0 } as const;
    const store = { driver: 'redis', ...redisOptions({ topology }) } as const;
    const service = await startService({ ...options, store });
    return new CountedService(service, redis, new CommandStats(redis), new Redis(redis.port));
  }

  get port(): number {
    return Number(new URL(this.service.url).port);
  }

  /** Scripts that Redis has run. */
  async scripts(): Promise<number> {
    return (await this.stats.of('evalsha')).calls;
  }

  /** Bytes that Redis has sent. */
  async sentBytes(): Promise<number> {
    const info = await this.client.info('stats');
    return Number(/^total_net_output_bytes:(\d+)/m.exec(info)?.[1]);
  }

  /**
   * Scripts that Redis has run, when it has run none for half a second. On a slow machine the count may
   * settle too early. It is then too low, which breaks no upper bound.
   */
  async settledScripts(): Promise<number> {
    let count = await this.scripts();
    for (let unchanged = 0; unchanged < SETTLED.polls; unchanged++) {
      await delay(SETTLED.everyMs);
      const now = await this.scripts();
      if (now !== count) unchanged = 0;
      count = now;
    }
    return count;
  }

  async close(): Promise<void> {
    this.stats.close();
    this.client.disconnect();
    await this.service.close();
    await this.redis.stop();
  }
}
