import { spawnSync } from 'node:child_process';
import { RedisServer } from '../../test/support/redis-server.js';
import { ServiceProcess } from '../../test/support/service-process.js';

/** The built service on a processor of its own; Redis and whoever makes the load share another. */
export class PinnedService {
  private constructor(
    readonly process: ServiceProcess,
    private readonly redis: RedisServer,
  ) {}

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<PinnedService> {
    const redis = await RedisServer.start();
    const service = await ServiceProcess.start({ REDIS_URL: redis.url, ...environment });
    pin(service.pid, 0);
    pin(redis.pid, 1);
    pin(process.pid, 1);
    return new PinnedService(service, redis);
  }

  get port(): number {
    return Number(new URL(this.process.url).port);
  }

  get pid(): number {
    return this.process.pid;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await this.redis.stop();
  }
}

export function pin(pid: number, processor: number): void {
  const { status, error } = spawnSync('taskset', [
    '-a',
    '-p',
    '-c',
    String(processor),
    String(pid),
  ]);
  if (error ?? status !== 0)
    throw new Error('taskset (of util-linux) and two processors are needed.');
}
