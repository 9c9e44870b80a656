import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { nextNonce, NONCE_BYTES } from './nonces.js';
import { SealBrokenError } from './sealing.errors.js';

const ALGORITHM = 'aes-256-gcm';
const TAG_BYTES = 16;

/** Where short results are put together. A new buffer for each takes some percent of the time of sealing. */
const ROOM = Buffer.allocUnsafeSlow(16 * 1024);

/** Encrypts, and binds the result to its place. @returns nonce, ciphertext and tag in base64 */
export function encrypt(key: KeyObject, place: string, plain: string | Buffer): string {
  const nonce = nextNonce();
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  const encrypted = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
  cipher.final();
  const length = NONCE_BYTES + encrypted.length + TAG_BYTES;
  const sealed = length <= ROOM.length ? ROOM : Buffer.allocUnsafe(length);
  sealed.set(nonce);
  sealed.set(encrypted, NONCE_BYTES);
  sealed.set(cipher.getAuthTag(), NONCE_BYTES + encrypted.length);
  return sealed.toString('base64', 0, length);
}

/** @throws SealBrokenError when it was not encrypted with this key for this place */
export function decrypt(key: KeyObject, place: string, sealed: Buffer): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new SealBrokenError();
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    // Nothing follows: in this mode it only compares the tag.
    decipher.final();
  } catch (cause) {
    throw new SealBrokenError({ cause });
  }
  return plain;
}
