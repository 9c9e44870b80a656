import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { JwksClient, SigningKeyNotFoundError } from 'jwks-rsa';
import { AUTH_OPTIONS } from './auth.module-definition.js';
import type { AuthOptions } from './auth.options.js';
import { KeysUnavailableError, UnusableTokenError } from './auth.errors.js';

/** Milliseconds that an answer of the key server is good for, and that it may take. */
const JWKS_MAX_AGE_MS = 10 * 60 * 1000;
const JWKS_TIMEOUT_MS = 5_000;

/**
 * The keys that tokens are verified with, each made into a `KeyObject` once: jsonwebtoken makes one
 * for every token when it is given a string, which costs 50 times the check itself.
 */
@Injectable()
export class SigningKeys {
  private readonly logger = new Logger('Auth');
  private readonly find: (keyId: string | undefined) => Promise<KeyObject>;

  constructor(@Inject(AUTH_OPTIONS) { keys }: AuthOptions) {
    this.find = keys.kind === 'secret' ? sharedSecret(keys.secret) : publicKeys(keys.uri);
  }

  /**
   * The key for a token that has not been verified yet.
   * @throws UnusableTokenError, KeysUnavailableError
   */
  async forToken(token: string): Promise<KeyObject> {
    try {
      return await this.find(keyIdOf(token));
    } catch (error) {
      if (error instanceof UnusableTokenError) throw error;
      if (error instanceof SigningKeyNotFoundError) {
        throw new UnusableTokenError('No such key.', { cause: error });
      }
      this.logger.error(`The key server does not answer: ${String(error)}`);
      throw new KeysUnavailableError('The key server does not answer.', { cause: error });
    }
  }
}

function sharedSecret(secret: string): () => Promise<KeyObject> {
  const key = createSecretKey(Buffer.from(secret));
  return () => Promise.resolve(key);
}

function publicKeys(jwksUri: string): (keyId: string | undefined) => Promise<KeyObject> {
  const client = new JwksClient({
    jwksUri,
    cache: true,
    cacheMaxAge: JWKS_MAX_AGE_MS,
    timeout: JWKS_TIMEOUT_MS,
    // Made-up key ids miss the cache; they shall not become requests without end.
    rateLimit: true,
    jwksRequestsPerMinute: 10,
  });
  const made = new Map<string, KeyObject>();
  return async (keyId) => {
    const pem = (await client.getSigningKey(keyId)).getPublicKey();
    const key = made.get(pem) ?? createPublicKey(pem);
    made.set(pem, key);
    return key;
  };
}

function keyIdOf(token: string): string | undefined {
  try {
    const header = Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString();
    const { kid } = JSON.parse(header) as { kid?: unknown };
    return typeof kid === 'string' ? kid : undefined;
  } catch (cause) {
    throw new UnusableTokenError('The token is garbled.', { cause });
  }
}
