import { DatabaseError } from 'pg';

/** PostgreSQL does not let the service in, or not do something: an outage that does not end by waiting. */
const DENIALS: ReadonlySet<string> = new Set(['3D000', '42501']);

/** The tables are missing: the migrations have not run. */
const MISSING_TABLE = '42P01';

const READ_ONLY = '25006';

/** States in which PostgreSQL refuses a statement for now, beside those of whole classes. */
const REFUSALS: ReadonlySet<string> = new Set([
  '25P03', // the transaction was idle for too long
  '26000', // the prepared statement is gone
  '40003', // statement completion unknown
  '55P03', // a lock is not free
  '58000', // the system failed
  '58030', // input or output failed
  READ_ONLY,
  MISSING_TABLE,
  ...DENIALS,
]);

/** Connection, authorization, resources, and what an operator does. */
const REFUSING_CLASSES = /^(08|28|53|57)/;

/** The session ends with them, and the transaction in it may have been committed before. */
const ENDED_SESSION = /^(08...|25P03|40003|57P0.)$/;

const STALE_PLAN = 'cached plan must not change result type';

/** An error that PostgreSQL answered. Any other error comes from the connection or from our code. */
export function isReply(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError;
}

export function stateOf(error: DatabaseError): string {
  return error.code ?? '';
}

/** Whether PostgreSQL refuses the statement for now: another time it may run. */
export function isRefusal(error: DatabaseError): boolean {
  const state = stateOf(error);
  return (
    REFUSALS.has(state) || REFUSING_CLASSES.test(state) || isStale(error) || endsSession(error)
  );
}

/** Whether a disk, memory or a connection is what is missing: the server runs, and has none left. */
export function lacksResources(error: DatabaseError): boolean {
  return stateOf(error).startsWith('53');
}

/** Whether an operator has to act: waiting does not end it. */
export function needsOperator(error: DatabaseError): boolean {
  const state = stateOf(error);
  return DENIALS.has(state) || state === MISSING_TABLE || state.startsWith('28');
}

/** Whether PostgreSQL takes no writes: it is a standby, or was told so. */
export function isReadOnly(error: DatabaseError): boolean {
  return stateOf(error) === READ_ONLY;
}

/** Whether the log must name it, since a statement found it and not the heartbeat. */
export function isForLog(error: DatabaseError): boolean {
  return needsOperator(error) || lacksResources(error) || isReadOnly(error);
}

/**
 * Whether the session is over. PostgreSQL ends sessions between two steps: also after it has committed
 * and before it has answered. A server in another language names its severities in that language, so the
 * state counts as well.
 */
export function endsSession(error: DatabaseError): boolean {
  const { severity } = error;
  return severity === 'FATAL' || severity === 'PANIC' || ENDED_SESSION.test(stateOf(error));
}

/** Whether a migration or a pooler has taken away what the connection has prepared. */
export function isStale(error: DatabaseError): boolean {
  return stateOf(error) === '26000' || error.message === STALE_PLAN;
}

/**
 * The error that may be logged with its stack. What pg throws has more fields, and these repeat values:
 * `detail`, `where`, `internalQuery`. Errors of class 22 quote a value in their message, too.
 */
export function toLoggable(error: DatabaseError): Error {
  const state = stateOf(error);
  const message = state.startsWith('22') ? error.message.replace(/".*"/s, '"…"') : error.message;
  const names = [error.table, error.column, error.constraint].filter((name) => name !== undefined);
  const where = names.length > 0 ? ` (${names.join(', ')})` : '';
  return new Error(`${state}: ${message}${where}`);
}
