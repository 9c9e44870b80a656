import { ReplyError } from 'ioredis';
import { CodedError } from '../../../domain/coded-error.js';
import { StoreFaultError, StoreUnavailableError } from '../../store.errors.js';

/** Redis is there and refuses work for now: before it does any of it. */
const REFUSALS = new Set([
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

/** Redis does not accept who we say we are: an outage that waiting does not mend. */
const DENIALS = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM']);

/** What ioredis says when it did not even try: the command never left. */
const UNSENT = new Set([
  "Stream isn't writeable and enableOfflineQueue options is false",
  "Cluster isn't ready and enableOfflineQueue options is false",
]);

/** How Redis 7 says NOPERM of a command inside a script. */
const DENIED_IN_SCRIPT = "ERR The user executing the script can't";

/** A script that took too long, and that somebody ended: Redis ends none that has written. */
const KILLED = 'Script killed by user with SCRIPT KILL';

/**
 * The port's error for whatever a command of ioredis rejected with. What is no reply of Redis comes
 * from the connection (closed, timed out, refused, no node left), and then a write that was on its
 * way may have been applied.
 */
export function toStoreError(error: unknown, write: boolean): CodedError {
  if (error instanceof CodedError) return error;
  // Made by our own code before anything was sent.
  if (error instanceof TypeError || error instanceof RangeError) {
    return new StoreFaultError(error.message, { cause: error });
  }
  if (!(error instanceof ReplyError)) {
    const sent = !(error instanceof Error && UNSENT.has(error.message));
    return new StoreUnavailableError('Redis cannot be reached.', {
      cause: error,
      mayHaveBeenApplied: write && sent,
    });
  }
  const code = replyCode((error as Error).message);
  if (REFUSALS.has(code) || DENIALS.has(code)) {
    return new StoreUnavailableError(`Redis refuses: ${code}.`, {
      cause: error,
      // A right is asked for command by command: a script that lacks one may have written before.
      mayHaveBeenApplied: write && DENIALS.has(code) && isFromInside((error as Error).message),
    });
  }
  return new StoreFaultError(`Redis answered ${code}.`, { cause: discreet(error as Error) });
}

/** The error of a step that changed nothing, after one that did: an outage then leaves that open. */
export function afterWrite(error: unknown): unknown {
  if (!(error instanceof StoreUnavailableError)) return error;
  return new StoreUnavailableError(error.message, { cause: error, mayHaveBeenApplied: true });
}

function isFromInside(message: string): boolean {
  return message.startsWith(DENIED_IN_SCRIPT) || message.includes('@user_script');
}

export function isDenial(error: unknown): boolean {
  return error instanceof Error && DENIALS.has(replyCode(error.message));
}

/**
 * The first word of an error reply. Before Redis 7 an error inside a script arrives wrapped:
 * `ERR Error running script (call to f_…): @user_script:9: -OOM command not allowed …`.
 */
export function replyCode(message: string): string {
  if (message.startsWith(DENIED_IN_SCRIPT)) return 'NOPERM';
  if (message.includes(KILLED)) return 'KILLED';
  const wrapped = /@user_script: ?\d+: -?([A-Z]+) /.exec(message);
  return wrapped?.[1] ?? message.split(' ', 1)[0] ?? '';
}

/** A server that does not know a command says so with what came after it: keys, and of AUTH a password. */
export function withoutArguments(message: string): string {
  return message.replace(/, with args beginning with:.*/s, '');
}

/** The error as it may be logged, stack and all. */
function discreet(error: Error): Error {
  const message = withoutArguments(error.message);
  return message === error.message ? error : new Error(message);
}
