import { Logger } from '@nestjs/common';
import { connect, type RedisClient } from './redis.client.js';
import { isDenial, toStoreError } from './redis.errors.js';
import type { RedisScript } from './redis.scripts.js';

type Argument = string | number;

/** Runs scripts on Redis, and says in the log when Redis comes, goes or refuses us. */
export class RedisConnection {
  private readonly logger = new Logger('Store');
  private lastComplaint = '';

  constructor(private readonly client: RedisClient) {
    this.client.on('ready', () => this.reportReady());
    this.client.on('error', (error: Error) => this.reportError(error));
  }

  /** Tries to connect. When it fails, it goes on trying behind the caller's back. */
  async connect(): Promise<void> {
    // What went wrong is in the log by the event.
    await connect(this.client).catch(() => undefined);
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  read(script: RedisScript, keys: string[], args: Argument[]): Promise<unknown> {
    return this.attempt(() => this.evaluate(script, keys, args), { write: false });
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  write(script: RedisScript, keys: string[], args: Argument[]): Promise<unknown> {
    return this.attempt(() => this.evaluate(script, keys, args), { write: true });
  }

  /** The named fields of several hashes of one slot, in one round trip; null where absent. */
  async readHashes(keys: string[], fields: readonly string[]): Promise<(string | null)[][]> {
    return this.attempt(
      async () => {
        const pipeline = this.client.pipeline();
        for (const key of keys) pipeline.hmget(key, ...fields);
        const replies = (await pipeline.exec()) ?? [];
        return replies.map(([error, values]) => {
          if (error) throw error;
          return values as (string | null)[];
        });
      },
      { write: false },
    );
  }

  async ping(): Promise<void> {
    await this.attempt(() => this.client.ping(), { write: false });
  }

  /** `maxmemory-policy`, or undefined where Redis does not tell. */
  async evictionPolicy(): Promise<string | undefined> {
    const info = await this.attempt(() => this.client.info('memory'), { write: false });
    return /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  }

  close(): void {
    this.client.disconnect();
  }

  private async evaluate(
    { sha1, lua }: RedisScript,
    keys: string[],
    args: Argument[],
  ): Promise<unknown> {
    try {
      return await this.client.evalsha(sha1, keys.length, ...keys, ...args);
    } catch (error) {
      // Redis does not have it, after a restart say, and has done nothing. EVAL brings it along.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return await this.client.eval(lua, keys.length, ...keys, ...args);
    }
  }

  private async attempt<T>(command: () => Promise<T>, { write }: { write: boolean }): Promise<T> {
    try {
      return await command();
    } catch (error) {
      if (isDenial(error)) this.reportError(error as Error);
      throw toStoreError(error, write);
    }
  }

  private reportReady(): void {
    this.lastComplaint = '';
    this.logger.log('Redis is ready.');
  }

  /** Once each: while Redis is away, every attempt to reconnect ends with the same error. */
  private reportError(error: Error): void {
    const complaint = isDenial(error) ? `Redis denies access: ${error.message}` : error.message;
    if (complaint === this.lastComplaint) return;
    this.lastComplaint = complaint;
    this.logger.error(`Redis: ${complaint}`);
  }
}
