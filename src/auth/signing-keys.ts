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
  private readonly keys: Pick<KeySet, 'current' | 'find'>;

  /** @throws RangeError for a shared secret that is too short */
  constructor(@Inject(JWT_OPTIONS) { keys }: JwtOptions) {
    this.keys = keys.kind === 'secret' ? sharedSecret(keys.secret) : this.publicKeys(keys.uri);
  }

  /** The key of an id if the service has it now. A shared secret is the key of every id. */
  current(keyId: string | undefined): KeyObject | undefined {
    return this.keys.current(keyId);
  }

  /** Whether the service has to ask the key server before it can verify this token. */
  mustFetchFor(token: string): boolean {
    try {
      return this.current(keyIdOf(token)) === undefined;
    } catch {
      return false;
    }
  }

  /**
   * The key that a token names. The token has not been verified yet.
   * @throws UnusableTokenError, KeysUnavailableError
   */
  async forToken(token: string): Promise<TokenKey> {
    const id = keyIdOf(token);
    return { id, keyObject: await this.keys.find(id) };
  }

  private publicKeys(jwksUri: string): KeySet {
    const client = new JwksClient({ jwksUri, cache: false, timeout: JWKS_TIMEOUT_MS });
    return new KeySet(async () => {
      try {
        return await fetchKeys(client);
      } catch (error) {
        this.logger.error(`The key server does not answer: ${String(error)}`);
        throw error;
      }
    });
  }
}

function sharedSecret(secret: string): Pick<KeySet, 'current' | 'find'> {
  const bytes = Buffer.from(secret);
  if (bytes.length < MIN_SECRET_BYTES) {
    throw new RangeError(`The secret of the tokens must have ${MIN_SECRET_BYTES} bytes or more.`);
  }
  const key = createSecretKey(bytes);
  return { current: () => key, find: () => Promise.resolve(key) };
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
