import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { JwksClient } from 'jwks-rsa';
import { AUTH_OPTIONS } from './auth.module-definition.js';
import type { AuthOptions } from './auth.options.js';
import { UnusableTokenError } from './auth.errors.js';
import { KeySet, type Keys } from './key-set.js';

/** Milliseconds that an answer of the key server may take. */
const JWKS_TIMEOUT_MS = 5_000;

/** The key of a token, and the id by which the token names it, if it does. */
export interface TokenKey {
  readonly id: string | undefined;
  readonly keyObject: KeyObject;
}

/**
 * The keys that tokens are verified with, each made into a `KeyObject` once: jsonwebtoken makes one
 * for every token when it is given a string, which costs some 45 times the check itself.
 */
@Injectable()
export class SigningKeys {
  private readonly logger = new Logger('Auth');
  /**
   * The key of that id, now; of a shared secret, always the same.
   * @throws UnusableTokenError, KeysUnavailableError
   */
  readonly find: (keyId: string | undefined) => Promise<KeyObject>;

  constructor(@Inject(AUTH_OPTIONS) { keys }: AuthOptions) {
    this.find = keys.kind === 'secret' ? sharedSecret(keys.secret) : this.publicKeys(keys.uri);
  }

  /**
   * The key for a token that has not been verified yet.
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
  const key = createSecretKey(Buffer.from(secret));
  return () => Promise.resolve(key);
}

async function fetchKeys(client: JwksClient): Promise<Keys> {
  const keys = await client.getSigningKeys();
  // A key set may leave out the ids, whatever the types of jwks-rsa say.
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
    throw new UnusableTokenError('The token is garbled.', { cause });
  }
}
