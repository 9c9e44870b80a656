import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import jwt from 'jsonwebtoken';
import type { AuthOptions } from './auth.options.js';

/** Where a generated secret lies while its service runs, for `npm run token` to find. */
const SECRET_FILE = '.dev/jwt-secret';

/** Seconds. */
export const TOKEN_LIFETIME = 12 * 3_600;

export interface TokenRequest {
  readonly userId: string;
  readonly tenantId: string;
  readonly roles: readonly string[];
  readonly lifetimeSeconds: number;
}

/** A token that a service with these options accepts. For development: needs the shared secret. */
export function mintToken(
  { keys, issuer, audience, userClaim, tenantClaim }: AuthOptions,
  { userId, tenantId, roles, lifetimeSeconds }: TokenRequest,
): string {
  if (keys.kind !== 'secret') throw new TypeError('Tokens come from your identity provider.');
  return jwt.sign({ [userClaim]: userId, [tenantClaim]: tenantId, roles }, keys.secret, {
    algorithm: keys.algorithm,
    expiresIn: lifetimeSeconds,
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  });
}

/** Leaves the generated secret for other commands, readable by its user alone, until the process ends. */
export function shareGeneratedSecret(secret: string): void {
  mkdirSync(dirname(SECRET_FILE), { recursive: true });
  writeFileSync(SECRET_FILE, secret, { mode: 0o600 });
  process.once('exit', () => {
    if (sharedSecret() === secret) rmSync(SECRET_FILE, { force: true });
  });
}

/** The secret of the service that runs in this folder, if one does with a generated secret. */
export function sharedSecret(): string | undefined {
  try {
    return readFileSync(SECRET_FILE, 'utf8');
  } catch {
    return undefined;
  }
}
