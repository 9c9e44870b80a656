import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { JwksClient } from 'jwks-rsa';
import { MIN_SECRET_BYTES, type JwtOptions } from './auth.options.js';
import { JWT_OPTIONS } from './jwt.module-definition.js';
import { UnusableTokenError } from './auth.errors.js';
import { KeySet, type Keys } from './key-set.js';

/** Milliseconds within which the key server must answer. */
const JWKS_TIMEOUT_MS = 5_000;

/** The key that verifies a token. */
export interface TokenKey {
  /** The `kid` of the token; undefined when the token names no key. */
  readonly id: string | undefined;
  readonly keyObject: KeyObject;
}

/**
 * The keys that verify tokens. Each key becomes a `KeyObject` once. From a string, jsonwebtoken makes
 * a `KeyObject` for every token, which costs some 45 times as much as the verification itself.
 */
@Injectable()
export class SigningKeys {
  private readonly logger = new Logger('Auth');
  /**
   * The current key of an id. A shared secret is the key of every id.
   * @throws UnusableTokenError, KeysUnavailableError
   */
  readonly find: (keyId: string | undefined) => Promise<KeyObject>;

  /** @throws RangeError for a shared secret that is too short */
  constructor(@Inject(JWT_OPTIONS) { keys }: JwtOptions) {
    this.find = keys.kind === 'secret' ? sharedSecret(keys.secret) : this.publicKeys(keys.uri);
  }

  /**
   * The key that a token names. The token has not been verified yet.
   * @throws UnusableTokenError, KeysUnavailableError
   */
  async forToken(token: string): Promise<TokenKey> {
    const id = keyIdOf(token);
    return { id, keyObject: await this.find(id) };
  }

  private publicKeys(jwksUri: string): (keyId: string | undefined) => Promise<KeyObject> {
    const client = new JwksClient({ jwksUri, cache: false, timeout: JWKS_TIMEOUT_MS });
    const keys = new KeySet(async () => {
      try {
        return await fetchKeys(client);
      } catch (error) {
        this.logger.error(`The key server does not answer: ${String(error)}`);
        throw error;
      }
    });
    return (keyId) => keys.find(keyId);
  }
}

function sharedSecret(secret: string): () => Promise<KeyObject> {
  const bytes = Buffer.from(secret);
  if (bytes.length < MIN_SECRET_BYTES) {
    throw new RangeError(`The secret of the tokens must have ${MIN_SECRET_BYTES} bytes or more.`);
  }
  const key = createSecretKey(bytes);
  return () => Promise.resolve(key);
}

async function fetchKeys(client: JwksClient): Promise<Keys> {
  const keys = await client.getSigningKeys();
  // A key set may leave out the ids, although the types of jwks-rsa require them.
  return new Map(
    keys.map((key) => [(key.kid as string | undefined) ?? '', createPublicKey(key.getPublicKey())]),
  );
}

function keyIdOf(token: string): string | undefined {
  try {
    const header = Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString();
    const { kid } = JSON.parse(header) as { kid?: unknown };
    return typeof kid === 'string' ? kid : undefined;
  } catch (cause) {
    throw new UnusableTokenError('The header of the token is not JSON.', { cause });
  }
}
