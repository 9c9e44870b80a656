import { ReplyError } from 'ioredis';
import { CodedError } from '../../../domain/coded-error.js';
import { StoreFaultError, StoreUnavailableError } from '../../store.errors.js';
import { isDenial, isDenialInScript, replyCodeOf, withoutArguments } from './error-reply.js';
import { UNSENT_MESSAGES } from './ioredis-internals.js';

/** Codes with which Redis refuses a command for now, before it has done any of it. */
const REFUSALS: ReadonlySet<string> = new Set([
  'LOADING',
  'READONLY',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'KILLED',
  'TRYAGAIN',
  'MOVED',
  'ASK',
  'BUSY',
  'OOM',
  'MISCONF',
  'NOREPLICAS',
]);

/**
 * The port's error for what a command of ioredis rejected with. An error that is no reply of Redis
 * comes from the connection (closed, timed out, refused, no node left): a write that was sent may
 * then have been applied.
 */
export function toStoreError(error: unknown, write: boolean): CodedError {
  if (error instanceof CodedError) return error;
  // Our own code threw it before anything was sent.
  if (error instanceof TypeError || error instanceof RangeError) {
    return new StoreFaultError(error.message, { cause: error });
  }
  if (!isReply(error)) {
    const wasSent = !(error instanceof Error && UNSENT_MESSAGES.has(error.message));
    return new StoreUnavailableError('Redis cannot be reached.', {
      cause: error,
      mayHaveBeenApplied: write && wasSent,
    });
  }
  const code = replyCodeOf(error.message);
  if (REFUSALS.has(code) || isDenial(error)) {
    return new StoreUnavailableError(`Redis refused the command: ${code}.`, {
      cause: error,
      mayHaveBeenApplied: write && isDenialInScript(error),
    });
  }
  return new StoreFaultError(`Redis answered ${code}.`, { cause: loggable(error) });
}

/** ioredis declares its ReplyError as `any`. */
function isReply(error: unknown): error is Error {
  return error instanceof ReplyError;
}

/** The error that may be logged with its stack: it repeats no arguments. */
function loggable(error: Error): Error {
  const message = withoutArguments(error.message);
  return message === error.message ? error : new Error(message);
}
