import { TokenUnavailableError } from './token-unavailable.error.js';

/** A sentence for the operator; undefined when the error is another one. It has no token in it. */
export function diagnoseToken(error: Error, server: string): string | undefined {
  if (!(error instanceof TokenUnavailableError)) return undefined;
  const reason = error.message.replace(/\.$/, '');
  return (
    `There is no token for ${server} (${reason}): requests get 503 once the last token has expired. ` +
    'Check the identity of this process, and the network to its provider.'
  );
}
