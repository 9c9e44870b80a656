import { SERVICE_ROLE, type Caller } from './caller.js';
import type { AuthOptions } from './auth.options.js';
import { UnusableTokenError } from './auth.errors.js';

/** UTF-16 code units of a user's or a tenant's id: they become part of every key. */
const MAX_CLAIM_LENGTH = 256;

export type Claims = Readonly<Record<string, unknown>>;

/**
 * The caller that the claims of a verified token name.
 * @throws UnusableTokenError when it never expires, or names no user or no tenant
 */
export function callerOf(
  claims: Claims,
  { userClaim, tenantClaim }: Pick<AuthOptions, 'userClaim' | 'tenantClaim'>,
): Caller {
  // jsonwebtoken checks `exp` only where there is one.
  if (typeof claims['exp'] !== 'number') throw new UnusableTokenError('The token has no exp.');
  const owner = {
    tenantId: identifier(claims, tenantClaim),
    userId: identifier(claims, userClaim),
  };
  const isService = ['roles', 'scp', 'scope'].some((claim) => grants(claims[claim], SERVICE_ROLE));
  // Every request with the token has this same caller.
  return Object.freeze({ owner: Object.freeze(owner), isService });
}

function identifier(claims: Claims, name: string): string {
  const value = claims[name];
  const usable =
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= MAX_CLAIM_LENGTH &&
    value.isWellFormed() &&
    !value.includes('\0');
  if (!usable) throw new UnusableTokenError(`The claim ${name} is no usable string.`);
  return value;
}

/** Roles come as an array, or, as scopes do, separated by spaces. */
function grants(claim: unknown, role: string): boolean {
  if (Array.isArray(claim)) return claim.includes(role);
  return typeof claim === 'string' && claim.split(' ').includes(role);
}
