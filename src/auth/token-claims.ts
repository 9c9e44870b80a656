import { UnusableTokenError } from './auth.errors.js';
import { DEFAULT_CLAIMS, type JwtOptions } from './auth.options.js';
import { isIdentifier, SERVICE_ROLE, type Caller } from './caller.js';

export type Claims = Readonly<Record<string, unknown>>;

/**
 * The caller that the claims of a verified token name.
 * @throws UnusableTokenError when the token never expires, or names no user or no tenant
 */
export function toCaller(
  claims: Claims,
  {
    userClaim = DEFAULT_CLAIMS.user,
    tenantClaim = DEFAULT_CLAIMS.tenant,
    serviceGroups = [],
  }: Pick<JwtOptions, 'userClaim' | 'tenantClaim' | 'serviceGroups'>,
): Caller {
  // jsonwebtoken checks `exp` only when the token has one.
  if (typeof claims['exp'] !== 'number') throw new UnusableTokenError('The token has no exp.');
  const owner = {
    tenantId: identifier(claims, tenantClaim),
    userId: identifier(claims, userClaim),
  };
  // A token of somebody in too many groups has none of them, and grants nothing by them.
  const isService =
    ['roles', 'scp', 'scope'].some((claim) => grants(claims[claim], SERVICE_ROLE)) ||
    serviceGroups.some((group) => grants(claims['groups'], group));
  // All requests with this token share one caller.
  return Object.freeze({ owner: Object.freeze(owner), isService });
}

function identifier(claims: Claims, name: string): string {
  const value = claims[name];
  if (isIdentifier(value)) return value;
  throw new UnusableTokenError(`The claim ${name} is not a usable string.`);
}

/** Roles are an array. Scopes are one string, separated by spaces. */
function grants(claim: unknown, role: string): boolean {
  if (Array.isArray(claim)) return claim.includes(role);
  return typeof claim === 'string' && claim.split(' ').includes(role);
}
