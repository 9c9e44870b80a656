import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';

/** Digits of a keyed hash in base64url: 132 bits, as many as a hash of a request has. */
const HASH_DIGITS = 22;

/** The keys of one owner that follow from one master key. */
export class OwnerKeys {
  readonly contentKey: KeyObject;
  private readonly hashKey: KeyObject;

  constructor(secret: KeyObject, owner: Owner) {
    this.contentKey = derive(secret, 'content', owner);
    this.hashKey = derive(secret, 'request-hash', owner);
  }

  /** A hash that nobody can compare with those of guessed requests. */
  keyedHash(requestHash: string): string {
    const hmac = createHmac('sha256', this.hashKey).update(requestHash);
    return hmac.digest('base64url').slice(0, HASH_DIGITS);
  }
}

function derive(secret: KeyObject, purpose: string, owner: Owner): KeyObject {
  const info = `conversation-store ${purpose} ${ownerKey(owner)}`;
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', info, 32)));
}
