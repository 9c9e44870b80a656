import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { DatabaseError } from 'pg';
import { StoreFaultError, StoreUnavailableError } from '../../store.errors.js';
import { TransactionConflictError, UniqueViolationError } from './statement.errors.js';
import { toStoreError } from './to-store-error.js';

function reply(code: string, more: Partial<DatabaseError> = {}): DatabaseError {
  const error = new DatabaseError(more.message ?? 'the message', 0, 'error');
  return Object.assign(error, { severity: 'ERROR', code }, more);
}

describe('toStoreError', () => {
  it.each([
    ['25006', 'cannot execute INSERT in a read-only transaction'],
    ['26000', 'prepared statement does not exist'],
    ['28P01', 'password authentication failed'],
    ['28000', 'no pg_hba.conf entry'],
    ['3D000', 'database does not exist'],
    ['42501', 'permission denied for table'],
    ['42P01', 'relation does not exist'],
    ['53100', 'could not extend file'],
    ['53200', 'out of memory'],
    ['53300', 'too many clients already'],
    ['55P03', 'could not obtain lock'],
    ['57014', 'canceling statement due to statement timeout'],
    ['58030', 'could not read block'],
    ['0A000', 'cached plan must not change result type'],
  ])('takes %s (%s) for an outage in which nothing was applied', (code, message) => {
    const error = toStoreError(reply(code, { message }), true);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(error).toMatchObject({ mayHaveBeenApplied: false });
  });

  it.each([
    ['57P01', 'ERROR', 'an administrator ended the session'],
    ['57P02', 'WARNING', 'another backend crashed'],
    ['08006', 'ERROR', 'the connection failed'],
    ['40003', 'ERROR', 'the completion is unknown'],
    ['58030', 'PANIC', 'the log could not be written'],
    ['XX000', 'FATAL', 'whatever ended the session'],
  ])('takes %s %s for an outage in which a write may have been applied: %s', (code, severity) => {
    const ended = reply(code, { severity });
    expect(toStoreError(ended, true)).toBeInstanceOf(StoreUnavailableError);
    expect(toStoreError(ended, true)).toMatchObject({ mayHaveBeenApplied: true });
    expect(toStoreError(ended, false)).toMatchObject({ mayHaveBeenApplied: false });
  });

  it.each(['40001', '40P01'])('takes %s for a conflict that is safe to run again', (code) => {
    expect(toStoreError(reply(code), true)).toBeInstanceOf(TransactionConflictError);
  });

  it('names the constraint that a row violates', () => {
    const error = toStoreError(reply('23505', { constraint: 'messages_pkey' }), true);
    expect(error).toBeInstanceOf(UniqueViolationError);
    expect(error).toMatchObject({ constraint: 'messages_pkey' });
  });

  it.each(['22P02', '23502', '23514', '25P02', '42601', '42703', 'XX000', 'XX001', '58P01'])(
    'takes %s for a defect',
    (code) => expect(toStoreError(reply(code), true)).toBeInstanceOf(StoreFaultError),
  );

  it.each([
    'Connection terminated unexpectedly',
    'Query read timeout',
    'read ECONNRESET',
    'write EPIPE',
  ])('takes %s for an outage in which a write may have been applied', (message) => {
    const cause = new Error(message);
    expect(toStoreError(cause, true)).toMatchObject({ mayHaveBeenApplied: true, cause });
    expect(toStoreError(cause, false)).toMatchObject({ mayHaveBeenApplied: false });
  });

  it.each([
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
  ])('takes %s for an outage in which the statement was not sent', (message) => {
    expect(toStoreError(new Error(message), true)).toMatchObject({ mayHaveBeenApplied: false });
  });

  it.each([
    new TypeError('x is not a function'),
    new SyntaxError('Unexpected token s, "secret" is not valid JSON'),
    new Error("Prepared statements must be unique - 'x' was used for a different statement"),
  ])('takes %s of our own code for a defect, without content', (cause) => {
    const error = toStoreError(cause, true);
    expect(error).toBeInstanceOf(StoreFaultError);
    expect(inspect(error)).not.toContain('secret');
  });

  it.each(['22P02', '23514', '23505', '53100', '57014'])(
    'repeats nothing of what was written: %s',
    (code) => {
      const error = reply(code, {
        message: 'invalid input: "secret"',
        detail: 'Failing row contains (secret).',
        where: "unnamed portal parameter $1 = 'secret'",
        internalQuery: "SELECT 'secret'",
        hint: 'secret',
        ...(code !== '22P02' && { message: 'the message' }),
      });
      expect(inspect(toStoreError(error, true), { depth: 9 })).not.toContain('secret');
    },
  );

  it('tells the operator which table and constraint it was', () => {
    const error = toStoreError(reply('23514', { table: 'messages', constraint: 'seq' }), true);
    expect(error.message).toBe('PostgreSQL answered 23514.');
    expect(String(error.cause)).toBe('Error: 23514: the message (messages, seq)');
  });
});
