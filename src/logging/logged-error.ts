import { CodedError } from '../domain/coded-error.js';

/** An error as the log has it. */
export interface LoggedError {
  /** The name of its class. */
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  /** The HTTP status in an error of a client of HTTP. */
  readonly status?: number;
  /** The name of the violated constraint in an error of PostgreSQL. */
  readonly constraint?: string;
  /** The frames, without the message. */
  readonly stack?: string;
  readonly cause?: LoggedError;
  readonly errors?: readonly LoggedError[];
}

const WITHHELD = 'withheld: it may quote content (LOG_ERROR_MESSAGES=true shows it)';

/** How deep causes are followed: a cause may be its own cause. */
const MAX_DEPTH = 5;

/** Errors of an `AggregateError` that are logged, such as one for each address of a host. */
const MAX_ERRORS = 4;

const FRAME = /^\s+at .*(?::\d+:\d+\)?|<anonymous>\)?|\(native\)|\(index \d+\))$/;

type Details = Partial<Record<'code' | 'status' | 'statusCode' | 'constraint', unknown>>;

/**
 * Makes of an error what the log may have. The message of an error may quote what a user wrote, and so may any
 * other property of it. Only messages that the service, Node or a server behind the store composes are logged, the
 * last without what they quote. `showsMessages` shows all messages.
 */
export function toLoggedError(error: unknown, showsMessages: boolean, depth = 0): LoggedError {
  if (!(error instanceof Error)) return toLoggedValue(error, showsMessages);
  const { code, status, statusCode, constraint } = error as Details;
  const http = typeof status === 'number' ? status : statusCode;
  const isDeep = depth >= MAX_DEPTH;
  const nested = (inner: unknown): LoggedError => toLoggedError(inner, showsMessages, depth + 1);
  return {
    type: error.constructor.name,
    message: showsMessages ? error.message : publicMessageOf(error),
    ...(isCode(code) && { code }),
    ...(typeof http === 'number' && { status: http }),
    ...(isIdentifier(constraint) && { constraint }),
    stack: framesOf(error),
    ...(error.cause !== undefined && !isDeep && { cause: nested(error.cause) }),
    ...(error instanceof AggregateError &&
      !isDeep && { errors: error.errors.slice(0, MAX_ERRORS).map(nested) }),
  };
}

/** Whatever was thrown that is no error. A logger of Nest passes a stack as a string. */
function toLoggedValue(value: unknown, showsMessages: boolean): LoggedError {
  if (typeof value !== 'string') return { type: typeof value, message: 'It is not an Error.' };
  const stack = frames(value);
  return { type: 'string', message: showsMessages ? value : WITHHELD, ...(stack && { stack }) };
}

function publicMessageOf(error: Error): string {
  if (error instanceof CodedError || isOfSystem(error)) return error.message;
  return isOfServer(error) ? unquoted(error.message) : WITHHELD;
}

/** Node composes the message: the call, the code, and an address or a path. */
function isOfSystem(error: Error): boolean {
  const { errno, syscall } = error as NodeJS.ErrnoException;
  return typeof errno === 'number' && typeof syscall === 'string';
}

/** Redis or PostgreSQL composes the message. */
function isOfServer(error: Error): boolean {
  return error.name === 'ReplyError' || error.constructor.name === 'DatabaseError';
}

/** Servers quote values that they do not accept. */
function unquoted(message: string): string {
  const quote = message.search(/["'`\n]/);
  return quote === -1 ? message : `${message.slice(0, quote)}…`;
}

function framesOf({ stack = '', message }: Error): string {
  const at = message === '' ? -1 : stack.indexOf(message);
  return frames(at === -1 ? stack : stack.slice(at + message.length));
}

function frames(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => FRAME.test(line))
    .join('\n');
}

function isCode(value: unknown): value is string | number {
  return typeof value === 'number' || isIdentifier(value);
}

function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value);
}
