import { KEY_ID, NO_KEY_ID, type MasterKey } from './master-key.js';

const SECRET_BYTES = 32;

/** Random bytes have about thirty different ones. A placeholder, such as `AAAA…`, has one. */
const MIN_DIFFERENT_BYTES = 8;

/** What is wrong with the keys, each named by its place. `undefined` stands for a key that is no key at all. */
export function mistakesInMasterKeys(
  keys: readonly (MasterKey | typeof NO_KEY_ID | undefined)[],
): string[] {
  if (keys.length === 0) return ['there is no key'];
  return keys.flatMap((key, index) => {
    if (key === undefined) return [];
    if (key === NO_KEY_ID) return index === 0 ? [] : [`${NO_KEY_ID} must come first, and once`];
    const before = keys.slice(0, index).map((other) => (other === NO_KEY_ID ? undefined : other));
    return [...mistakesInKey(key, index), ...doublesOf(key, index, before)];
  });
}

function mistakesInKey({ id, secret }: MasterKey, index: number): string[] {
  const mistakes: string[] = [];
  if (typeof id !== 'string' || !KEY_ID.test(id) || id === NO_KEY_ID) {
    mistakes.push(
      `the id of key ${index + 1} must be 1 to 16 of the characters A-Z a-z 0-9 _ -, and not ${NO_KEY_ID}`,
    );
  }
  const problem = problemOfSecret(secret);
  if (problem !== undefined) mistakes.push(`the secret of key ${index + 1} ${problem}`);
  return mistakes;
}

/** A key service is code of a team, which a compiler may not have seen. */
function problemOfSecret(secret: unknown): string | undefined {
  if (!(secret instanceof Uint8Array)) return 'must be bytes';
  if (secret.length !== SECRET_BYTES) {
    return `must have ${SECRET_BYTES} bytes, and has ${secret.length}`;
  }
  return new Set(secret).size < MIN_DIFFERENT_BYTES ? 'must be random' : undefined;
}

function doublesOf(
  { id, secret }: MasterKey,
  index: number,
  before: readonly (MasterKey | undefined)[],
): string[] {
  const sameId = before.findIndex((other) => other?.id === id);
  const sameSecret = before.findIndex(
    (other) => other !== undefined && Buffer.compare(other.secret, secret) === 0,
  );
  return [
    ...(sameId < 0 ? [] : [`key ${index + 1} has the id of key ${sameId + 1}`]),
    ...(sameSecret < 0 ? [] : [`key ${index + 1} has the secret of key ${sameSecret + 1}`]),
  ];
}
