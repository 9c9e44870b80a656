import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { connect, type RedisClient } from './redis-client.js';
import { StoreUnavailableError } from '../../store.errors.js';
import { ConnectionErrorLog } from './connection-log.js';
import { isDenial, toStoreError } from './redis.errors.js';
import { RedisHeartbeat } from './heartbeat.js';
import type { ReplicatedWrites } from './replication.js';
import type { RedisScript } from '../redis.scripts.js';

type Argument = string | number;

/** Milliseconds that a start waits for Redis. */
const CONNECT_WAIT_MS = 1_000;

/** Runs scripts on Redis, and says in the log when Redis comes, goes or refuses us. */
export class RedisConnection {
  private readonly logger = new Logger('Store');
  private readonly heartbeat: RedisHeartbeat;
  private readonly complaints = new ConnectionErrorLog((line) => this.logger.error(line));

  /** With `replicated`, a write counts only when replicas have it. */
  constructor(
    private readonly client: RedisClient,
    private readonly replicated?: ReplicatedWrites,
  ) {
    this.complaints.watch(client);
    if (replicated) this.complaints.watch(replicated.client);
    this.heartbeat = new RedisHeartbeat(client, {
      changed: (node, isSilent) => this.reportBeat(node, isSilent),
      refused: (error) => this.complaints.about(error),
    });
    this.client.on('ready', () => void this.reportReady());
  }

  /**
   * Tries to connect, and returns when that has worked, has failed or takes long: then it goes on
   * behind the caller's back, so that a service starts although its Redis is away.
   */
  async connect(): Promise<void> {
    const waited = delay(CONNECT_WAIT_MS, undefined, { ref: false });
    // What went wrong is in the log by the event.
    const connected = Promise.allSettled([connect(this.client), this.replicated?.connect()]);
    await Promise.race([connected, waited]);
    this.heartbeat.start();
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  read(script: RedisScript, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    return this.attempt(() => evaluate(this.client, script, keys, args), {
      write: false,
      key: keys[0],
    });
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  write(script: RedisScript, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    const { replicated } = this;
    if (!replicated) return this.writeUnreplicated(script, keys, args);
    const command = (primary: Redis): Promise<unknown> => evaluate(primary, script, keys, args);
    return this.attempt(() => replicated.run(keys[0] as string, command), {
      write: true,
      key: keys[0],
    });
  }

  /** A write that a promotion may lose without harm. */
  writeUnreplicated(
    script: RedisScript,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<unknown> {
    return this.attempt(() => evaluate(this.client, script, keys, args), {
      write: true,
      key: keys[0],
    });
  }

  /** Resolves when Redis answers; of a cluster, one primary. */
  async ping(): Promise<void> {
    const node = this.heartbeat.anyNode();
    if (!node || this.replicated?.isReady === false) throw noAnswer();
    await this.attempt(() => node.ping(), { write: false });
  }

  /** `maxmemory-policy`, or undefined where Redis does not tell. */
  private async evictionPolicy(): Promise<string | undefined> {
    const info = await this.attempt(() => this.client.info('memory'), { write: false });
    return /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  }

  close(): void {
    this.heartbeat.stop();
    this.complaints.stop();
    this.client.disconnect();
    this.replicated?.close();
  }

  private async attempt<T>(
    command: () => Promise<T>,
    { write, key }: { write: boolean; key?: string | undefined },
  ): Promise<T> {
    if (key !== undefined && this.heartbeat.isSilent(key)) throw noAnswer();
    try {
      return await command();
    } catch (error) {
      const failure = toStoreError(error, write);
      if (isDenial(failure.cause)) this.complaints.about(failure.cause as Error);
      throw failure;
    }
  }

  private async reportReady(): Promise<void> {
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
}

async function evaluate(
  client: RedisClient,
  { sha1, lua }: RedisScript,
  keys: readonly string[],
  args: readonly Argument[],
): Promise<unknown> {
  try {
    return await client.evalsha(sha1, keys.length, ...keys, ...args);
  } catch (error) {
    // Redis does not have it, after a restart say, and has done nothing. EVAL brings it along.
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return await client.eval(lua, keys.length, ...keys, ...args);
  }
}

function noAnswer(): StoreUnavailableError {
  return new StoreUnavailableError('Redis does not answer.', { mayHaveBeenApplied: false });
}
