import { randomFillSync } from 'node:crypto';

/** Bytes of a nonce: what AES-GCM takes without hashing it first. */
export const NONCE_BYTES = 12;

/** Random bytes are several times cheaper by the hundred. */
const POOL = Buffer.allocUnsafe(NONCE_BYTES * 256);
let used = POOL.length;

/** A random nonce. It is valid until the next call: its bytes belong to a pool. */
export function nextNonce(): Buffer {
  if (used === POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  return POOL.subarray(used, (used += NONCE_BYTES));
}
