import { CodedError } from '../../../domain/coded-error.js';
import { StoreFaultError, StoreUnavailableError } from '../../store.errors.js';
import { endsSession, isRefusal, isReply, stateOf, toLoggable } from './error-reply.js';
import { TransactionConflictError, UniqueViolationError } from './statement.errors.js';

const CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01']);

/** The words with which pg says that it has sent nothing. */
const UNSENT: ReadonlySet<string> = new Set([
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
]);

/** The words with which pg refuses one name for two texts. */
const AMBIGUOUS_NAME = 'Prepared statements must be unique';

/**
 * The port's error for what a statement rejected with. With `commits`, the statement may commit a write.
 * An error that is no reply of PostgreSQL comes from the connection (closed, timed out, refused): what was
 * sent may then have been applied. An error reply rolls everything back, unless it ends the session.
 */
export function toStoreError(error: unknown, commits: boolean): CodedError {
  if (error instanceof CodedError) return error;
  if (isDefect(error)) {
    // The errors of parsers quote what they parse, which is content.
    const cause = new Error(`${error.name}: ${error instanceof SyntaxError ? '…' : error.message}`);
    return new StoreFaultError('A statement for PostgreSQL, or a row of it, is wrong.', { cause });
  }
  if (!isReply(error)) {
    const wasSent = !(error instanceof Error && UNSENT.has(error.message));
    return new StoreUnavailableError('PostgreSQL cannot be reached.', {
      cause: error,
      mayHaveBeenApplied: commits && wasSent,
    });
  }
  const state = stateOf(error);
  const cause = toLoggable(error);
  if (CONFLICTS.has(state)) {
    return new TransactionConflictError('Another transaction was in the way.', { cause });
  }
  if (state === '23505') return new UniqueViolationError(error.constraint ?? '', { cause });
  if (isRefusal(error)) {
    return new StoreUnavailableError(`PostgreSQL refused the statement: ${state}.`, {
      cause,
      mayHaveBeenApplied: commits && endsSession(error),
    });
  }
  return new StoreFaultError(`PostgreSQL answered ${state}.`, { cause });
}

/** Whether our own code threw it, before anything was sent or after all was read. */
function isDefect(error: unknown): error is Error {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof SyntaxError ||
    (error instanceof Error && error.message.startsWith(AMBIGUOUS_NAME))
  );
}
