import { randomBytes } from 'node:crypto';
import {
  HMAC_ALGORITHMS,
  PUBLIC_KEY_ALGORITHMS,
  type JwtOptions,
  type TokenKeys,
} from '../auth/auth.options.js';
import type { AuthEnvironment } from './auth.environment.js';
import type { ConfigurationMistake } from './configuration.error.js';

/** What the JWT_… variables mean together. Adds what does not fit to `mistakes`. */
export function toJwtOptions(
  environment: AuthEnvironment,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): JwtOptions {
  const { JWT_SECRET, JWT_JWKS_URI, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = environment;
  const { JWT_SERVICE_GROUPS: serviceGroups } = environment;
  if (JWT_SECRET !== undefined && JWT_JWKS_URI !== undefined) {
    mistakes.push({
      variables: ['JWT_SECRET', 'JWT_JWKS_URI'],
      message: 'set only one of them',
    });
  }
  return {
    keys:
      JWT_JWKS_URI === undefined
        ? toSharedSecret(environment, isProduction, mistakes)
        : toKeyServer(JWT_JWKS_URI, environment, isProduction, mistakes),
    ...(issuer.length > 0 && { issuer }),
    ...(audience.length > 0 && { audience }),
    userClaim: environment.JWT_USER_CLAIM,
    tenantClaim: environment.JWT_TENANT_CLAIM,
    // Entra ID writes them in lower case.
    ...(serviceGroups.length > 0 && {
      serviceGroups: serviceGroups.map((group) => group.toLowerCase()),
    }),
  };
}

function toKeyServer(
  uri: string,
  { JWT_ALGORITHM, JWT_ISSUER, JWT_AUDIENCE }: AuthEnvironment,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): TokenKeys {
  if (isProduction && (JWT_ISSUER.length === 0 || JWT_AUDIENCE.length === 0)) {
    mistakes.push({
      variables: ['JWT_ISSUER', 'JWT_AUDIENCE'],
      message: 'are required with JWT_JWKS_URI in production',
    });
  }
  if (isProduction && !uri.startsWith('https:')) {
    mistakes.push({
      variables: ['JWT_JWKS_URI'],
      message: 'must be https:// in production, since its answer decides which keys to trust',
    });
  }
  const algorithm = PUBLIC_KEY_ALGORITHMS.find((known) => known === (JWT_ALGORITHM ?? 'RS256'));
  if (!algorithm) {
    mistakes.push({
      variables: ['JWT_ALGORITHM'],
      message: 'must be an algorithm for public keys with JWT_JWKS_URI',
    });
  }
  return { kind: 'jwks', uri, algorithm: algorithm ?? 'RS256' };
}

function toSharedSecret(
  { JWT_SECRET, JWT_ALGORITHM }: AuthEnvironment,
  isProduction: boolean,
  mistakes: ConfigurationMistake[],
): TokenKeys {
  if (isProduction && JWT_SECRET === undefined) {
    mistakes.push({
      variables: ['JWT_JWKS_URI', 'JWT_SECRET'],
      message: 'one of them is required in production',
    });
  }
  const algorithm = HMAC_ALGORITHMS.find((known) => known === (JWT_ALGORITHM ?? 'HS256'));
  if (!algorithm) {
    mistakes.push({
      variables: ['JWT_ALGORITHM'],
      message: 'must be HS256, HS384 or HS512 with a secret',
    });
  }
  return {
    kind: 'secret',
    secret: JWT_SECRET ?? randomBytes(32).toString('base64url'),
    generated: JWT_SECRET === undefined,
    algorithm: algorithm ?? 'HS256',
  };
}
