import { Redis } from 'ioredis';
import type { RedisServer } from '../../test/support/redis-server.js';

export interface CommandUsage {
  readonly calls: number;
  readonly microseconds: number;
}

/** The time of Redis' commands by its own clock. */
export class CommandStats {
  private readonly client: Redis;

  constructor({ port }: RedisServer) {
    this.client = new Redis(port);
  }

  async reset(): Promise<void> {
    await this.client.config('RESETSTAT');
  }

  /** All calls of a command since the reset, including those inside of scripts. */
  async of(command: string): Promise<CommandUsage> {
    const info = await this.client.info('commandstats');
    const fields = new RegExp(`^cmdstat_${command}:calls=(\\d+),usec=(\\d+)`, 'm').exec(info);
    return { calls: Number(fields?.[1] ?? 0), microseconds: Number(fields?.[2] ?? 0) };
  }

  close(): void {
    this.client.disconnect();
  }
}
