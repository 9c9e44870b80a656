import { endsSession, isReadOnly, isReply, isStale } from './error-reply.js';

/**
 * Whether a connection must not run another statement after this error. After a timeout the answer may
 * still come. A server that has become read-only is a standby now: the name of the server may lead a new
 * connection to the primary.
 */
export function isInDoubt(error: unknown): boolean {
  if (!isReply(error)) return true;
  return endsSession(error) || isStale(error) || isReadOnly(error);
}
