import { describe, expect, it } from '@jest/globals';
import { StoreFaultError } from '../store/store.errors.js';
import { toLoggedError } from './logged-error.js';

const SECRET = 'what a user wrote';

class ReplyError extends Error {
  override readonly name = 'ReplyError';
  readonly command = { name: 'set', args: [SECRET] };
}

class DatabaseError extends Error {
  readonly code = '22P02';
  readonly constraint = 'messages_pkey';
  readonly detail = SECRET;
}

function logged(error: unknown, showsMessages = false): string {
  return JSON.stringify(toLoggedError(error, showsMessages));
}

describe('an error in the log', () => {
  it('has its class, its code and its frames, and not its message', () => {
    const error = Object.assign(new RangeError(SECRET), { code: 'TOO_LONG', statusCode: 400 });
    expect(toLoggedError(error, false)).toEqual({
      type: 'RangeError',
      message: expect.stringMatching(/^withheld/),
      code: 'TOO_LONG',
      status: 400,
      stack: expect.stringMatching(/^ +at .*logged-error\.spec\.ts:\d+:\d+/),
    });
  });

  it('has its message when all messages are wanted', () => {
    expect(toLoggedError(new Error(SECRET), true).message).toBe(SECRET);
    expect(toLoggedError(SECRET, true).message).toBe(SECRET);
  });

  it('has a message that the service wrote', () => {
    expect(toLoggedError(new StoreFaultError('A script replied so.'), false)).toMatchObject({
      type: 'StoreFaultError',
      code: 'store-fault',
      message: 'A script replied so.',
    });
  });

  it('has a message of Node about a system call', () => {
    const error = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
      errno: -111,
      syscall: 'connect',
      code: 'ECONNREFUSED',
    });
    expect(toLoggedError(error, false).message).toBe('connect ECONNREFUSED 127.0.0.1:1');
    expect(toLoggedError(new AggregateError([error]), false).errors?.[0]?.code).toBe(
      'ECONNREFUSED',
    );
  });

  it('has what Redis or PostgreSQL says, up to the first quotation', () => {
    const unknown = new ReplyError(
      `ERR unknown command 'x', with args beginning with: '${SECRET}'`,
    );
    expect(toLoggedError(unknown, false).message).toBe('ERR unknown command …');
    const invalid = new DatabaseError(`invalid input syntax for type uuid: "a" ${SECRET} "b"`);
    expect(toLoggedError(invalid, false)).toMatchObject({
      message: 'invalid input syntax for type uuid: …',
      code: '22P02',
      constraint: 'messages_pkey',
    });
    expect(logged(unknown) + logged(invalid)).not.toContain(SECRET);
  });

  it('has its causes in the same way, to some depth', () => {
    const error = new StoreFaultError('Outer.', { cause: new Error(SECRET) });
    expect(toLoggedError(error, false).cause).toMatchObject({ type: 'Error' });
    const circular = new Error('x');
    circular.cause = circular;
    expect(logged(circular).length).toBeLessThan(20_000);
  });

  it.each<[string, unknown]>([
    ['a message of many lines', new Error(`a\n${SECRET}\n    at ${SECRET}`)],
    ['a message that looks like a frame', new Error(`a\n    at ${SECRET} (file.js:1:1)`)],
    ['a code', Object.assign(new Error(), { code: SECRET, status: SECRET, constraint: SECRET })],
    ['a property', Object.assign(new Error(), { body: SECRET })],
    ['a name', Object.assign(new Error(), { name: SECRET })],
    ['a cause', new Error('a', { cause: { message: SECRET } })],
    ['errors', new AggregateError([SECRET, new Error(SECRET)], SECRET)],
    ['a string', SECRET],
    ['an object', { message: SECRET }],
    ['the stack of another error', new Error(`inner: ${new Error(SECRET).stack}`)],
    ['a stack that was given as text', new Error(SECRET).stack],
  ])('tells nothing of what a user wrote: %s', (_, error) => {
    expect(logged(error)).not.toContain(SECRET);
  });
});
