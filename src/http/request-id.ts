import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const REQUEST_ID_HEADER = 'X-Request-Id';

/** Visible ASCII without quotes and backslashes, so that no log has to escape it. */
const USABLE = /^[!#-&(-[\]-~]{1,128}$/;

/**
 * The id of a request: the one that its client or a proxy has given it, or else a new one. It is in the answer and in
 * the lines of the log that are about the request.
 */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && USABLE.test(given) ? given : randomUUID();
}
