import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import type { JwtOptions } from './auth/auth.options.js';
import { mintToken, shareGeneratedSecret, TOKEN_LIFETIME } from './auth/development-token.js';

const logger = new Logger('Service');

/** Addresses that stand for all network interfaces of the machine, and a host name that reaches each. */
const LOCAL_HOST_OF: Readonly<Record<string, string>> = {
  '0.0.0.0': '127.0.0.1',
  '::': 'localhost',
};

/**
 * Says where the service listens. When the service has generated the secret of the tokens itself, it
 * also says how to call it.
 */
export function welcome(auth: JwtOptions | undefined, address: AddressInfo): void {
  logger.log(`Listening on ${listeningOn(address)}`);
  if (auth?.keys.kind !== 'secret' || !auth.keys.generated) return;
  shareSecret(auth.keys.secret);
  const alice = { userId: 'alice', tenantId: 'contoso', roles: [] };
  const token = mintToken(auth, { ...alice, lifetimeSeconds: TOKEN_LIFETIME });
  const url = localUrl(address);
  process.stdout.write(
    `
A token of the user "alice" of the tenant "contoso". It is valid for 12 hours, or until the service stops:

${token}

Create a conversation, then list your conversations:

curl -sS ${url}/api/v1/conversations -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '{"title":"Hello","messages":[{"content":"Is anybody there?"}]}'

curl -sS ${url}/api/v1/conversations -H 'Authorization: Bearer ${token}'

`,
  );
}

function listeningOn({ address, port }: AddressInfo): string {
  const url = `http://${inUrl(address)}:${port}`;
  return address in LOCAL_HOST_OF ? `${url} (all network interfaces)` : url;
}

/** An address at which this machine reaches the service. */
function localUrl({ address, port }: AddressInfo): string {
  return `http://${inUrl(LOCAL_HOST_OF[address] ?? address)}:${port}`;
}

function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** Only `npm run token` needs it, so the service starts without it too. */
function shareSecret(secret: string): void {
  try {
    shareGeneratedSecret(secret);
  } catch (error) {
    logger.warn(`npm run token will not work: ${String(error)}`);
  }
}
