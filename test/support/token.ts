import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';

export const TEST_SECRET = 'the secret of the tests, of more than 32 bytes';

export interface TestUser {
  readonly sub?: string;
  readonly tid?: string;
  readonly roles?: readonly string[];
}

/** A token of a user; what is not named is random, so that tests never meet. */
export function aToken({
  sub = randomUUID(),
  tid = randomUUID(),
  roles = [],
}: TestUser = {}): string {
  return jwt.sign({ sub, tid, roles }, TEST_SECRET, { expiresIn: '1h' });
}
