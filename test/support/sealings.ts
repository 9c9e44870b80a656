import { randomBytes } from 'node:crypto';
import { Sealing } from '../../src/store/sealing/sealing.js';

/** Bytes from which on these compress. */
const COMPRESS_ABOVE = 100;

const KEY = { id: 'k1', secret: randomBytes(32) };
const ENCRYPTED = { sealingKey: KEY };
const COMPRESSED = { compressAbove: COMPRESS_ABOVE };

export const ENCRYPTING = new Sealing(ENCRYPTED);
/** Encrypts and compresses. */
export const SEALING = new Sealing({ ...ENCRYPTED, ...COMPRESSED });

/** All ways of sealing. Each opens what the others have sealed. */
export const SEALINGS: readonly Sealing[] = [
  new Sealing({ openingKeys: [KEY] }),
  ENCRYPTING,
  new Sealing({ ...COMPRESSED, openingKeys: [KEY] }),
  SEALING,
];
