import { randomBytes } from 'node:crypto';

/** The least that the service takes: every text of the benchmark is then compressed if that pays. */
const COMPRESS_ABOVE = '64';

const KEYS = `k1:${randomBytes(32).toString('base64')}`;

/** A way to store texts, and the variables of the service that choose it. */
export interface Setting {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The first is what the others are compared with. */
export const SETTINGS: readonly Setting[] = [
  { name: 'plain', environment: {} },
  { name: 'compressed', environment: { COMPRESS_ABOVE } },
  { name: 'encrypted', environment: { ENCRYPTION_KEYS: KEYS } },
  { name: 'both', environment: { ENCRYPTION_KEYS: KEYS, COMPRESS_ABOVE } },
];
