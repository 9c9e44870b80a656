import type { MasterKeys } from './key-service.js';
import { mistakesInMasterKeys } from './master-key-rules.js';
import { NO_KEY_ID, type MasterKey } from './master-key.js';
import { MasterKeysError } from './master-keys.error.js';

type Entry = MasterKey | typeof NO_KEY_ID | undefined;

/**
 * Reads keys as `ENCRYPTION_KEYS` has them: `<id>:<32 bytes in base64>`, newest first, with a comma or a line break
 * between them. Base64url is read, too. `plain` may be in place of the first key.
 * @throws MasterKeysError with all mistakes at once
 */
export function parseMasterKeys(text: string): MasterKeys {
  const mistakes: string[] = [];
  const entries = split(text).map((entry, index) => parseEntry(entry, index + 1, mistakes));
  mistakes.push(...mistakesInMasterKeys(entries));
  if (mistakes.length > 0) throw new MasterKeysError(mistakes);
  return entries.filter((entry) => entry !== undefined);
}

/** Blank lines are no entries. An empty entry between commas is one: a variable in its place may be missing. */
function split(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.flatMap((line) => line.split(',')).map((entry) => entry.trim());
}

function parseEntry(entry: string, number: number, mistakes: string[]): Entry {
  if (entry === NO_KEY_ID) return entry;
  const colon = entry.indexOf(':');
  const encoded = entry.slice(colon + 1);
  const secret = decode(encoded);
  if (entry === '') mistakes.push(`key ${number} is empty`);
  else if (colon < 0) mistakes.push(`key ${number} must be <id>:<32 bytes in base64>`);
  else if (encoded === '') mistakes.push(`key ${number} has no secret behind its id`);
  else if (!secret) mistakes.push(`the secret of key ${number} is not base64`);
  else return { id: entry.slice(0, colon), secret };
  return undefined;
}

/** Undefined for what is neither base64 nor base64url: Node's decoder skips what it does not know. */
function decode(encoded: string): Buffer | undefined {
  const digits = encoded
    .replace(/={1,2}$/, '')
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  const bytes = Buffer.from(digits, 'base64url');
  return bytes.toString('base64url') === digits ? bytes : undefined;
}
