import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { connect, type RedisClient } from './redis.client.js';
import { StoreUnavailableError } from '../store.errors.js';
import { isDenial, toStoreError } from './redis.errors.js';
import { RedisHeartbeat } from './redis.heartbeat.js';
import type { RedisScript } from './redis.scripts.js';

type Argument = string | number;

/** Milliseconds that a start waits for Redis. */
const CONNECT_WAIT_MS = 1_000;

/** Runs scripts on Redis, and says in the log when Redis comes, goes or refuses us. */
export class RedisConnection {
  private readonly logger = new Logger('Store');
  private readonly heartbeat: RedisHeartbeat;
  private lastComplaint = '';

  constructor(private readonly client: RedisClient) {
    this.heartbeat = new RedisHeartbeat(client, {
      changed: (node, isSilent) => this.reportBeat(node, isSilent),
      refused: (error) => this.reportError(error),
    });
    this.client.on('ready', () => void this.reportReady());
    this.client.on('error', (error: Error) => this.reportError(error));
  }

  /**
   * Tries to connect, and returns when that has worked, has failed or takes long: then it goes on
   * behind the caller's back, so that a service starts although its Redis is away.
   */
  async connect(): Promise<void> {
    const waited = delay(CONNECT_WAIT_MS, undefined, { ref: false });
    // What went wrong is in the log by the event.
    const connected = connect(this.client).catch(() => undefined);
    await Promise.race([connected, waited]);
    this.heartbeat.start();
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  read(script: RedisScript, keys: string[], args: Argument[]): Promise<unknown> {
    return this.attempt(() => this.evaluate(script, keys, args), { write: false, key: keys[0] });
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  write(script: RedisScript, keys: string[], args: Argument[]): Promise<unknown> {
    return this.attempt(() => this.evaluate(script, keys, args), { write: true, key: keys[0] });
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
      { write: false, key: keys[0] },
    );
  }

  /** Resolves when Redis answers; of a cluster, one primary. */
  async ping(): Promise<void> {
    const node = this.heartbeat.anyNode();
    if (!node) throw noAnswer();
    await this.attempt(() => node.ping(), { write: false });
  }

  /** `maxmemory-policy`, or undefined where Redis does not tell. */
  private async evictionPolicy(): Promise<string | undefined> {
    const info = await this.attempt(() => this.client.info('memory'), { write: false });
    return /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  }

  close(): void {
    this.heartbeat.stop();
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

  private async attempt<T>(
    command: () => Promise<T>,
    { write, key }: { write: boolean; key?: string | undefined },
  ): Promise<T> {
    if (key !== undefined && this.heartbeat.isSilent(key)) throw noAnswer();
    try {
      return await command();
    } catch (error) {
      if (isDenial(error)) this.reportError(error as Error);
      throw toStoreError(error, write);
    }
  }

  private async reportReady(): Promise<void> {
    this.lastComplaint = '';
    this.heartbeat.start();
    this.logger.log('Redis is ready.');
    const policy = await this.evictionPolicy().catch(() => undefined);
    if (policy === undefined || policy === 'noeviction') return;
    this.logger.warn(
      `Redis evicts (maxmemory-policy ${policy}): it will DELETE CONVERSATIONS, whole or in part, ` +
        'when its memory is full. Set maxmemory-policy noeviction.',
    );
  }

  private reportBeat(node: string, isSilent: boolean): void {
    if (isSilent)
      this.logger.error(`${node} does not answer: what it keeps is refused until it does.`);
    else this.logger.log(`${node} answers again.`);
  }

  /** Once each: while Redis is away, every attempt to reconnect ends with the same error. */
  private reportError(error: Error): void {
    const complaint = isDenial(error) ? `Redis denies access: ${error.message}` : error.message;
    // ioredis puts the time until its next attempt into some of its errors.
    const kind = complaint.replace(/[\d.]+ms/, '');
    if (kind === this.lastComplaint) return;
    this.lastComplaint = kind;
    this.logger.error(`Redis: ${complaint}`);
  }
}

function noAnswer(): StoreUnavailableError {
  return new StoreUnavailableError('Redis does not answer.', { mayHaveBeenApplied: false });
}
