import { CodedError } from '../../../domain/coded-error.js';

/** Two transactions cannot both happen. PostgreSQL rolled this one back: it is safe to run it again. */
export class TransactionConflictError extends CodedError {
  readonly code = 'transaction-conflict';
}

/** A row with the same key exists. PostgreSQL applied nothing of the statement. */
export class UniqueViolationError extends CodedError {
  readonly code = 'unique-violation';

  constructor(
    /** The name of the constraint or of the index. */
    readonly constraint: string,
    options?: ErrorOptions,
  ) {
    super(`A row with the same key exists: ${constraint}.`, options);
  }
}
