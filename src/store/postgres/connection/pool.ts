import pg, { type ClientConfig, type PoolClient } from 'pg';
import type { PostgresPoolState } from '../../../observation/states.js';
import type { PostgresConnectionOptions } from './options.js';
import { UnreplicatedCommits } from './unreplicated-commits.js';

/** Milliseconds that an idle connection stays open: well below the 4 minutes after which Azure cuts it. */
const IDLE_MS = 60_000;

/** A session holds what it has cached: it ends after an hour, and gives its memory back. */
const LIFETIME_SECONDS = 3_600;

/** The connections that statements run on. */
export class PostgresPool {
  readonly unreplicated = new UnreplicatedCommits();
  private pool: pg.Pool;
  /** Rejects the requests that wait for a connection. */
  private readonly waiting = new Set<(error: Error) => void>();

  constructor(
    private readonly config: ClientConfig,
    private readonly options: Pick<PostgresConnectionOptions, 'poolSize' | 'timeoutMs'>,
  ) {
    this.pool = this.open();
  }

  /** How many statements could begin at once. */
  get idleCount(): number {
    return this.options.poolSize - this.pool.totalCount + this.pool.idleCount;
  }

  get state(): PostgresPoolState {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return {
      limit: this.options.poolSize,
      inUse: totalCount - idleCount,
      idle: idleCount,
      waiting: waitingCount,
    };
  }

  /** How many requests wait for a connection. */
  get waitingCount(): number {
    return this.pool.waitingCount;
  }

  /** A connection that the caller must release. Rejects when none becomes free in time. */
  checkOut(): Promise<PoolClient> {
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      this.pool.connect((error, client) => {
        const isWaiting = this.waiting.delete(reject);
        if (error || !client) reject(error ?? new Error('No connection.'));
        else if (isWaiting) resolve(client);
        else client.release();
      });
    });
  }

  /**
   * Rejects the requests that wait, and gives up all connections: the server that they lead to may be gone
   * for good, and they would not notice. Statements that run go on until they end or time out.
   */
  renew(reason: Error): void {
    const old = this.pool;
    this.pool = this.open();
    old.end().catch(() => undefined);
    for (const reject of this.waiting) reject(reason);
    this.waiting.clear();
  }

  /** Resolves when the statements that run have ended. */
  async close(): Promise<void> {
    await this.pool.end();
  }

  private open(): pg.Pool {
    const pool = new pg.Pool({
      ...this.config,
      max: this.options.poolSize,
      connectionTimeoutMillis: this.options.timeoutMs,
      idleTimeoutMillis: IDLE_MS,
      maxLifetimeSeconds: LIFETIME_SECONDS,
    });
    // The pool removes an idle connection that fails. The heartbeat says why.
    pool.on('error', () => undefined);
    // A connection in use rejects its statement, and emits an error that would end the process.
    pool.on('connect', (client) => {
      client.on('error', () => undefined);
      this.unreplicated.watch(client);
    });
    return pool;
  }
}
