import { Logger } from '@nestjs/common';
import type { AuthOptions } from './auth/auth.options.js';
import { mintToken, shareGeneratedSecret, TOKEN_LIFETIME } from './auth/development-token.js';

const logger = new Logger('Service');

/** Says where the service listens, and, where its secret is its own, how to call it. */
export function welcome(auth: AuthOptions, url: string): void {
  logger.log(`Listening on ${url}`);
  if (auth.keys.kind !== 'secret' || !auth.keys.generated) return;
  shareSecret(auth.keys.secret);
  const alice = { userId: 'alice', tenantId: 'contoso', roles: [] };
  const token = mintToken(auth, { ...alice, lifetimeSeconds: TOKEN_LIFETIME });
  process.stdout.write(
    `
A token of the user "alice" of the tenant "contoso", good for 12 hours or until the service stops:

${token}

Start a conversation, then list what there is:

curl -sS ${url}/api/v1/conversations -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '{"title":"Hello","messages":[{"content":"Is anybody there?"}]}'

curl -sS ${url}/api/v1/conversations -H 'Authorization: Bearer ${token}'

`,
  );
}

/** Nothing but `npm run token` needs it. */
function shareSecret(secret: string): void {
  try {
    shareGeneratedSecret(secret);
  } catch (error) {
    logger.warn(`npm run token will not work: ${String(error)}`);
  }
}
