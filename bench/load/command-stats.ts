import { Redis } from 'ioredis';
import type { RedisServer } from '../../test/support/redis-server.js';

export interface CommandUsage {
  readonly calls: number;
  readonly microseconds: number;
}

/** What a Redis itself says of the time that its commands take. */
export class CommandStats {
  private readonly client: Redis;

  constructor({ port }: RedisServer) {
    this.client = new Redis(port);
  }

  async reset(): Promise<void> {
    await this.client.config('RESETSTAT');
  }

  /** Of all calls of a command since the reset; those inside of scripts too. */
  async of(command: string): Promise<CommandUsage> {
    const info = await this.client.info('commandstats');
    const line = new RegExp(`^cmdstat_${command}:calls=(\\d+),usec=(\\d+)`, 'm').exec(info);
    return { calls: Number(line?.[1] ?? 0), microseconds: Number(line?.[2] ?? 0) };
  }

  close(): void {
    this.client.disconnect();
  }
}
