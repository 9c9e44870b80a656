import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg, { type PoolClient } from 'pg';
import { serverCommands, type ServerAddress } from '../../../observation/operations.js';
import {
  connectionStates,
  postgresPoolStates,
  postgresStatistics,
} from '../../../observation/states.js';
import { StoreUnavailableError } from '../../store.errors.js';
import { toClientConfig, tokenOf } from './client-config.js';
import { ConnectionErrorLog } from './connection-error-log.js';
import { isForLog, isReply } from './error-reply.js';
import { PostgresHeartbeat } from './heartbeat.js';
import { isInDoubt } from './in-doubt.js';
import type { PostgresConnectionOptions } from './options.js';
import { PostgresPool } from './pool.js';
import { PostgresSockets } from './sockets.js';
import { TransactionConflictError } from './statement.errors.js';
import type { Statement } from './statement.js';
import { STATISTICS, toStatistics, type StatisticsRow } from './statistics.js';
import { toStoreError } from './to-store-error.js';
import { ClientTransaction, type PostgresTransaction } from './transaction.js';

/** Milliseconds that the start of the service waits for PostgreSQL. */
const CONNECT_WAIT_MS = 1_000;

/** Milliseconds that the end of the service waits for statements that run. */
const CLOSE_WAIT_MS = 1_000;

/** Milliseconds between two attempts of transactions that were in each other's way, at most. */
const REPEAT_MS = 20;

const PING: Statement = { name: 'ping', text: 'SELECT 1' };

/** Runs statements on PostgreSQL, and logs when it becomes ready, goes away or refuses the service. */
export class PostgresConnection {
  private readonly logger = new Logger('Store');
  private readonly errorLog = new ConnectionErrorLog((sentence) => this.logger.error(sentence));
  private readonly sockets = new PostgresSockets();
  private readonly pool: PostgresPool;
  private readonly heartbeat: PostgresHeartbeat;

  private readonly timeoutMs: number;
  private readonly server: ServerAddress;
  private readonly unobserve: readonly (() => void)[];
  private connections = 0;

  constructor(options: PostgresConnectionOptions) {
    this.timeoutMs = options.timeoutMs;
    this.server = { host: options.host, port: options.port };
    const openSocket = () => this.sockets.create();
    this.pool = new PostgresPool(toClientConfig(options, openSocket), options);
    this.heartbeat = new PostgresHeartbeat(
      openSocket,
      (socket) => new pg.Client(toClientConfig(options, () => socket)),
      {
        onReady: () => this.onReady(),
        onAway: () => this.pool.renew(away()),
        onFailure: (error) => this.errorLog.report(error),
      },
      async () => tokenOf(options)?.get(),
    );
    this.unobserve = this.beObserved();
  }

  /** Whether PostgreSQL has not answered yet, or does not any more. Requests are refused then. */
  get isAway(): boolean {
    return this.heartbeat.isAway;
  }

  /** @throws StoreUnavailableError when PostgreSQL is known not to answer */
  assertAnswers(): void {
    if (this.isAway) throw away();
  }

  /** How many statements could begin at once. */
  get idleCount(): number {
    return this.pool.idleCount;
  }

  /** How many requests wait for a connection. */
  get waitingCount(): number {
    return this.pool.waitingCount;
  }

  /**
   * Tries to connect, and returns when that has succeeded, has failed, or has taken a second. It then goes
   * on in the background, so that the service starts without its PostgreSQL.
   */
  async connect(): Promise<void> {
    const waited = delay(CONNECT_WAIT_MS, undefined, { ref: false });
    await Promise.race([this.heartbeat.start(), waited]);
  }

  /**
   * Runs one statement that reads.
   * @throws StoreUnavailableError, StoreFaultError
   */
  read<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return this.repeated(() => this.run<Row>(statement, values, false));
  }

  /**
   * Runs one statement that writes, in a transaction of its own.
   * @throws StoreUnavailableError, StoreFaultError, UniqueViolationError
   */
  write<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return this.repeated(() => this.run<Row>(statement, values, true));
  }

  /**
   * Runs the work in a transaction (READ COMMITTED), commits it, and rolls it back when the work fails.
   * @throws what the work throws, the errors of {@link write}, and TransactionConflictError
   */
  async transaction<Result>(
    work: (transaction: PostgresTransaction) => Promise<Result>,
  ): Promise<Result> {
    const client = await this.checkOut();
    const transaction = new ClientTransaction(client, this.translate, this.server);
    try {
      await transaction.begin();
      const result = await work(transaction);
      await transaction.commit();
      this.pool.unreplicated.assertNone(client);
      return result;
    } catch (error) {
      await transaction.rollBack();
      throw error;
    } finally {
      client.release(transaction.isInDoubt);
    }
  }

  /** Logs why PostgreSQL cannot be used, if that is not known yet. */
  report(error: Error): void {
    this.errorLog.report(error);
  }

  /** Why PostgreSQL cannot be used, for the operator; undefined when it can be, or nobody knows. */
  get diagnosis(): string | undefined {
    return this.errorLog.diagnosis;
  }

  /** Resolves when PostgreSQL answers. */
  async ping(): Promise<void> {
    await this.read(PING, []);
  }

  async close(): Promise<void> {
    for (const end of this.unobserve) end();
    this.heartbeat.stop();
    this.errorLog.stop();
    await Promise.race([this.pool.close(), delay(CLOSE_WAIT_MS, undefined, { ref: false })]);
    this.sockets.end();
  }

  /**
   * Repeats a statement or a transaction while PostgreSQL rolls it back because of another transaction: a
   * deadlock, or a serialization failure where the operator has chosen that isolation. Nothing was applied
   * by then.
   */
  async repeated<Result>(attempt: () => Promise<Result>): Promise<Result> {
    const giveUpAt = performance.now() + this.timeoutMs;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof TransactionConflictError)) throw error;
        if (performance.now() >= giveUpAt) {
          const { message } = error;
          throw new StoreUnavailableError(message, { cause: error, mayHaveBeenApplied: false });
        }
        await delay(Math.random() * REPEAT_MS);
      }
    }
  }

  private async run<Row extends object>(
    statement: Statement,
    values: readonly unknown[],
    write: boolean,
  ): Promise<Row[]> {
    const client = await this.checkOut();
    if (!serverCommands.isObserved) return this.send(client, statement, values, write);
    const { name } = statement;
    const command = { system: 'postgresql', name, server: this.server } as const;
    return serverCommands.run(command, () => this.send(client, statement, values, write));
  }

  private async send<Row extends object>(
    client: PoolClient,
    { name, text }: Statement,
    values: readonly unknown[],
    write: boolean,
  ): Promise<Row[]> {
    let isUsable = true;
    try {
      const { rows } = await client.query<Row>({ name, text, values: values as unknown[] });
      if (write) this.pool.unreplicated.assertNone(client);
      return rows;
    } catch (error) {
      isUsable = !isInDoubt(error);
      throw this.translate(error, write);
    } finally {
      client.release(!isUsable);
    }
  }

  private async checkOut(): Promise<PoolClient> {
    this.assertAnswers();
    try {
      return await this.pool.checkOut();
    } catch (error) {
      throw this.translate(error, false);
    }
  }

  private readonly translate = (error: unknown, commits: boolean): Error => {
    if (isReply(error) && isForLog(error)) this.errorLog.report(error);
    return toStoreError(error, commits);
  };

  /** @returns what ends it */
  private beObserved(): (() => void)[] {
    return [
      connectionStates.add(() => ({
        system: 'postgresql',
        isUp: !this.isAway,
        reconnections: Math.max(0, this.connections - 1),
      })),
      postgresPoolStates.add(() => this.pool.state),
      postgresStatistics.add(() => async () => {
        const [row] = await this.read<StatisticsRow>(STATISTICS, []);
        return toStatistics(row as StatisticsRow);
      }),
    ];
  }

  private onReady(): void {
    this.connections++;
    this.errorLog.reset();
    this.logger.log('PostgreSQL is ready.');
  }
}

function away(): StoreUnavailableError {
  return new StoreUnavailableError('PostgreSQL does not answer.', { mayHaveBeenApplied: false });
}
