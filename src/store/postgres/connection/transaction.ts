import type { PoolClient, QueryConfig } from 'pg';
import { serverCommands, type ServerAddress } from '../../../observation/operations.js';
import { StoreFaultError } from '../../store.errors.js';
import { isInDoubt } from './in-doubt.js';
import type { Statement } from './statement.js';

/** What the work of a transaction may do: one statement after the other. */
export interface PostgresTransaction {
  /** @throws StoreUnavailableError, StoreFaultError, TransactionConflictError, UniqueViolationError */
  run<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

/** A transaction on a connection of the pool. */
export class ClientTransaction implements PostgresTransaction {
  /** Whether the connection must not be used again. */
  isInDoubt = false;
  /** Whether a statement failed: nothing of the transaction can be committed any more. */
  private hasFailed = false;

  constructor(
    private readonly client: PoolClient,
    /** Makes the error of the port; `commits` as in `toStoreError`. */
    private readonly translate: (error: unknown, commits: boolean) => Error,
    private readonly server: ServerAddress,
  ) {}

  async begin(): Promise<void> {
    await this.send('begin', { text: 'BEGIN ISOLATION LEVEL READ COMMITTED' });
  }

  async run<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    const { name, text } = statement;
    const { rows } = await this.send<Row>(name, {
      name,
      text,
      values: values as unknown[],
    });
    return rows;
  }

  /** @throws StoreUnavailableError that may have been applied, when the answer to COMMIT is lost */
  async commit(): Promise<void> {
    if (this.hasFailed) {
      // PostgreSQL would answer COMMIT with ROLLBACK, and no error.
      throw new StoreFaultError('A transaction went on after one of its statements had failed.');
    }
    await this.send('commit', { text: 'COMMIT' }, true);
  }

  async rollBack(): Promise<void> {
    if (!this.isInDoubt) await this.send('rollback', { text: 'ROLLBACK' }).catch(() => undefined);
  }

  /** @param name of the statement or of the command, for those who observe */
  private send<Row extends object>(
    name: string,
    query: QueryConfig,
    commits = false,
  ): Promise<{ rows: Row[] }> {
    if (!serverCommands.isObserved) return this.query(query, commits);
    const { server } = this;
    const command = { system: 'postgresql', name, server } as const;
    return serverCommands.run(command, () => this.query(query, commits));
  }

  private async query<Row extends object>(
    query: QueryConfig,
    commits: boolean,
  ): Promise<{ rows: Row[] }> {
    try {
      return await this.client.query<Row>(query);
    } catch (error) {
      this.hasFailed = true;
      this.isInDoubt ||= isInDoubt(error);
      throw this.translate(error, commits);
    }
  }
}
