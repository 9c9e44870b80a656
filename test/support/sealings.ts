import { randomBytes } from 'node:crypto';
import { Sealing } from '../../src/store/sealing/sealing.js';

export const KEY_1 = { id: 'k1', secret: randomBytes(32) };
export const KEY_2 = { id: 'k2', secret: randomBytes(32) };

/** Bytes from which on these compress. */
const COMPRESS_ABOVE = 100;

export const ENCRYPTING = new Sealing({ sealingKey: KEY_1 });
export const COMPRESSING = new Sealing({ compressAbove: COMPRESS_ABOVE });
export const SEALING = new Sealing({ sealingKey: KEY_1, compressAbove: COMPRESS_ABOVE });

/** All ways of sealing. Each opens what the others have sealed. */
export const SEALINGS: readonly Sealing[] = [
  new Sealing({ openingKeys: [KEY_1] }),
  ENCRYPTING,
  new Sealing({ compressAbove: COMPRESS_ABOVE, openingKeys: [KEY_1] }),
  SEALING,
];
