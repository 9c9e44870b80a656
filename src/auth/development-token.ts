import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import jwt from 'jsonwebtoken';
import { DEFAULT_CLAIMS, type JwtOptions } from './auth.options.js';

/** Where a service stores its generated secret while it runs. `npm run token` reads it there. */
const SECRET_FILE = '.dev/jwt-secret';

/** Seconds. */
export const TOKEN_LIFETIME = 12 * 3_600;

export interface TokenRequest {
  readonly userId: string;
  readonly tenantId: string;
  readonly roles: readonly string[];
  readonly lifetimeSeconds: number;
}

/**
 * A token that a service with these options accepts. For development: it needs the shared secret.
 * @throws TypeError when the keys are those of an identity provider
 */
export function mintToken(
  {
    keys,
    issuer,
    audience,
    userClaim = DEFAULT_CLAIMS.user,
    tenantClaim = DEFAULT_CLAIMS.tenant,
  }: JwtOptions,
  { userId, tenantId, roles, lifetimeSeconds }: TokenRequest,
): string {
  if (keys.kind !== 'secret') throw new TypeError('Only your identity provider can make tokens.');
  return jwt.sign({ [userClaim]: userId, [tenantClaim]: tenantId, roles }, keys.secret, {
    algorithm: keys.algorithm,
    expiresIn: lifetimeSeconds,
    ...firstOf('issuer', issuer),
    ...firstOf('audience', audience),
  });
}

/** A token has one issuer and here one audience, where the service accepts several. */
function firstOf<Name extends string>(
  name: Name,
  values: string | readonly string[] | undefined,
): Partial<Record<Name, string>> {
  const [first] = [values ?? []].flat();
  return first === undefined ? {} : ({ [name]: first } as Partial<Record<Name, string>>);
}

/** Stores the generated secret for other commands until the process ends. Only its user can read it. */
export function shareGeneratedSecret(secret: string): void {
  mkdirSync(dirname(SECRET_FILE), { recursive: true });
  writeFileSync(SECRET_FILE, secret, { mode: 0o600 });
  process.once('exit', () => {
    if (sharedSecret() === secret) rmSync(SECRET_FILE, { force: true });
  });
}

/** The generated secret of the service that runs in this folder; undefined when there is none. */
export function sharedSecret(): string | undefined {
  try {
    return readFileSync(SECRET_FILE, 'utf8');
  } catch {
    return undefined;
  }
}
