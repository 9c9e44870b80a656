import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Cluster, type Redis } from 'ioredis';
import { serverCommands, type ServerAddress } from '../../../observation/operations.js';
import {
  connectionStates,
  redisStatistics,
  type RedisStatistics,
} from '../../../observation/states.js';
import { StoreUnavailableError } from '../../store.errors.js';
import type { ScannedNames } from '../scan-connection.js';
import type { RedisScript, ScriptArgument } from '../script-connection.js';
import type { RedisClient } from './client.js';
import { connect } from './connect.js';
import { ConnectionErrorLog } from './connection-error-log.js';
import { isDenial } from './error-reply.js';
import { evictionWarning } from './eviction-warning.js';
import { instanceOf } from './instance.js';
import { RedisHeartbeat } from './heartbeat.js';
import type { ReplicatedWrites } from './replicated-writes.js';
import { expectPrimary, onlyServerOf, primariesOf, primaryNameOf } from './nodes.js';
import { runScript } from './run-script.js';
import { decodePosition, encodePosition, SCANNED } from './scan-position.js';
import { PrimaryStatistics } from './statistics.js';
import { toStoreError } from './to-store-error.js';

/** Milliseconds that the start of the service waits for Redis. */
const CONNECT_WAIT_MS = 1_000;

/** Keys that a scan looks at in one command: Redis does nothing else meanwhile. */
const SCAN_COUNT = 1_000;

type Keys = readonly string[];
type Arguments = readonly ScriptArgument[];

interface Attempt {
  readonly write: boolean;
  /** A key that the command is for: it finds the primary. */
  readonly key?: string | undefined;
  readonly isScript?: boolean;
}

/** Runs scripts on Redis, and logs when Redis becomes ready, silent or refuses the service. */
export class RedisConnection {
  private readonly logger = new Logger('Store');
  private readonly heartbeat: RedisHeartbeat;
  private readonly errorLog = new ConnectionErrorLog((sentence) => this.logger.error(sentence));
  private readonly server: ServerAddress | undefined;
  private readonly primaryStatistics: PrimaryStatistics;
  private readonly unobserve: readonly (() => void)[];
  private connections = 0;

  /** With `replicated`, a write succeeds only when replicas have it. */
  constructor(
    private readonly client: RedisClient,
    private readonly replicated?: ReplicatedWrites,
  ) {
    this.server = onlyServerOf(client);
    this.primaryStatistics = new PrimaryStatistics(client);
    this.errorLog.attach(client);
    if (replicated) this.errorLog.attach(replicated.client);
    this.heartbeat = new RedisHeartbeat(client, {
      onChange: (node, isSilent) => this.logSilence(node, isSilent),
      onErrorReply: (error) => this.errorLog.report(error),
    });
    this.client.on('ready', () => void this.onReady());
    this.unobserve = [
      connectionStates.add(() => ({
        system: 'redis',
        isUp: this.isUp,
        reconnections: Math.max(0, this.connections - 1),
      })),
      redisStatistics.add(() => () => this.statistics()),
    ];
  }

  /**
   * Tries to connect, and returns when that has succeeded, has failed, or has taken a second. The
   * client then goes on in the background, so that the service starts without its Redis.
   */
  async connect(): Promise<void> {
    const waited = delay(CONNECT_WAIT_MS, undefined, { ref: false });
    // The clients emit what fails here as an event, which the error log reports.
    const connected = Promise.allSettled([connect(this.client), this.replicated?.connect()]);
    await Promise.race([connected, waited]);
    this.heartbeat.start();
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  read(script: RedisScript, keys: Keys, args: Arguments): Promise<unknown> {
    return this.attempt(script.name, () => runScript(this.client, script, keys, args), {
      write: false,
      key: keys[0],
      isScript: true,
    });
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  readList(key: string, start: number, stop: number): Promise<string[]> {
    return this.attempt('lrange', () => this.client.lrange(key, start, stop), {
      write: false,
      key,
    });
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  readHash(key: string, fields: readonly string[]): Promise<(string | null)[]> {
    return this.attempt('hmget', () => this.client.hmget(key, ...fields), { write: false, key });
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  readTexts(keys: Keys): Promise<(string | null)[]> {
    return this.attempt('mget', () => this.client.mget(...keys), { write: false, key: keys[0] });
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  readSet(key: string): Promise<string[]> {
    return this.attempt('smembers', () => this.client.smembers(key), { write: false, key });
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  readSetSize(key: string): Promise<number> {
    return this.attempt('scard', () => this.client.scard(key), { write: false, key });
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  async readScore(key: string, member: string): Promise<number | undefined> {
    const score = await this.attempt('zscore', () => this.client.zscore(key, member), {
      write: false,
      key,
    });
    return score === null ? undefined : Number(score);
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  async readScored(
    key: string,
    min: string | number,
    max: string | number,
  ): Promise<[member: string, score: number][]> {
    const flat = await this.attempt(
      'zrangebyscore',
      () => this.client.zrangebyscore(key, min, max, 'WITHSCORES'),
      {
        write: false,
        key,
      },
    );
    return Array.from({ length: flat.length / 2 }, (_, i) => [
      flat[2 * i] as string,
      Number(flat[2 * i + 1]),
    ]);
  }

  /** @throws StoreUnavailableError, StoreFaultError */
  write(script: RedisScript, keys: Keys, args: Arguments): Promise<unknown> {
    const { replicated } = this;
    if (!replicated) return this.writeUnreplicated(script, keys, args);
    const command = (primary: Redis): Promise<unknown> => runScript(primary, script, keys, args);
    return this.attempt(script.name, () => replicated.run(keys[0] as string, command), {
      write: true,
      key: keys[0],
      isScript: true,
    });
  }

  /** A write that a promotion may lose without harm. */
  writeUnreplicated(script: RedisScript, keys: Keys, args: Arguments): Promise<unknown> {
    return this.attempt(script.name, () => runScript(this.client, script, keys, args), {
      write: true,
      key: keys[0],
      isScript: true,
    });
  }

  /** Calls back whenever a connection to a primary was lost or made, before any command goes over it. */
  onReconnect(listener: () => void): void {
    for (const client of [this.client, ...(this.replicated ? [this.replicated.client] : [])]) {
      client.on('ready', listener);
      client.on('close', listener);
      if (client instanceof Cluster) {
        client.on('+node', listener);
        client.on('-node', listener);
      }
    }
  }

  /** The name of the primary that has a key; '' while the client knows none. */
  primaryOf(key: string): string {
    return primaryNameOf(this.client, key);
  }

  /**
   * Names the run of a primary: another name after it was restarted or replaced.
   * @throws StoreUnavailableError
   */
  async instanceOf(primary: string): Promise<string> {
    // ioredis sends an INFO also on a connection that is not ready yet, and it would wait for its timeout.
    if (this.heartbeat.isSilentNode(primary)) throw noAnswer();
    return this.attempt('info', async () => instanceOf(expectPrimary(this.client, primary)), {
      write: false,
    });
  }

  /**
   * Whether a primary deletes data when its memory is full.
   * @throws StoreUnavailableError
   */
  async mayEvict(primary: string): Promise<boolean> {
    if (this.heartbeat.isSilentNode(primary)) throw noAnswer();
    const warning = await this.attempt(
      'info',
      async () => evictionWarning(expectPrimary(this.client, primary)),
      { write: false },
    );
    return warning !== undefined;
  }

  /** Why Redis cannot be used, for the operator; undefined when it can be, or nobody knows. */
  get diagnosis(): string | undefined {
    return this.errorLog.diagnosis;
  }

  /** As `ScanConnection` says. Nodes are read one after the other, by their names. */
  async *scanHashes(pattern: string, from?: string): AsyncGenerator<ScannedNames> {
    const start = from === undefined ? undefined : decodePosition(from);
    const primaries = [...primariesOf(this.client)].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [primary, node] of primaries) {
      if (start && primary < start.primary) continue;
      let cursor = primary === start?.primary ? start.cursor : '0';
      while (cursor !== SCANNED) {
        const command = () =>
          node.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT, 'TYPE', 'hash');
        const [next, names] = await this.attempt('scan', command, { write: false });
        cursor = next === '0' ? SCANNED : next;
        yield { names, position: encodePosition({ primary, cursor }) };
      }
    }
  }

  /** Resolves when Redis answers: in a cluster, when one primary does. */
  async ping(): Promise<void> {
    const node = this.heartbeat.anyNode();
    if (!node || this.replicated?.isReady === false) throw noAnswer();
    await this.attempt('ping', () => node.ping(), { write: false });
  }

  private get isUp(): boolean {
    const isReady = this.client.status === 'ready' && this.replicated?.isReady !== false;
    return isReady && this.heartbeat.anyNode() !== undefined;
  }

  private async statistics(): Promise<readonly RedisStatistics[]> {
    if (!this.isUp) throw noAnswer();
    return this.attempt('info', () => this.primaryStatistics.read(), { write: false });
  }

  close(): void {
    for (const end of this.unobserve) end();
    this.heartbeat.stop();
    this.errorLog.stop();
    this.client.disconnect();
    this.replicated?.close();
  }

  /** @param name of the script or of the command, for those who observe */
  private attempt<T>(name: string, command: () => Promise<T>, options: Attempt): Promise<T> {
    if (!serverCommands.isObserved) return this.send(command, options);
    const { server } = this;
    const { isScript = false } = options;
    const operation = { system: 'redis', name, isScript, server } as const;
    return serverCommands.run(operation, () => this.send(command, options));
  }

  private async send<T>(command: () => Promise<T>, { write, key }: Attempt): Promise<T> {
    if (key !== undefined && this.heartbeat.isSilent(key)) throw noAnswer();
    try {
      return await command();
    } catch (error) {
      const failure = toStoreError(error, write);
      if (isDenial(failure.cause)) this.errorLog.report(failure.cause);
      throw failure;
    }
  }

  private async onReady(): Promise<void> {
    this.connections++;
    this.heartbeat.start();
    this.logger.log('Redis is ready.');
    const warning = await this.attempt('info', () => evictionWarning(this.client), {
      write: false,
    }).catch(() => undefined);
    if (warning !== undefined) this.logger.warn(warning);
  }

  private logSilence(node: string, isSilent: boolean): void {
    if (isSilent) {
      this.logger.error(
        `${node} does not answer: requests for its data get 503 until it does; check that it runs, ` +
          'and the network to it.',
      );
    } else {
      this.logger.log(`${node} answers again.`);
    }
  }
}

function noAnswer(): StoreUnavailableError {
  return new StoreUnavailableError('Redis does not answer.', { mayHaveBeenApplied: false });
}
