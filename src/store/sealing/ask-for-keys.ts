import { NoAnswerInTimeError, withTimeout } from '../with-timeout.js';
import type { KeyService, MasterKeys } from './key-service.js';
import { mistakesInMasterKeys } from './master-key-rules.js';
import { NO_KEY_ID } from './master-key.js';
import { MasterKeysError } from './master-keys.error.js';

/** What may be shown of a code or the name of an error: `AccessDenied`, `ECONNREFUSED`. */
const IDENTIFIER = /^[\w.-]{1,40}$/;

/** @throws MasterKeysError when the service gives none in time, or none that can be used */
export async function askForKeys(service: KeyService, timeoutMs: number): Promise<MasterKeys> {
  let keys: MasterKeys;
  try {
    // It may throw before it returns a promise.
    keys = await withTimeout((async () => service.masterKeys())(), timeoutMs);
  } catch (error) {
    // The error is no cause of this one: Node prints causes, and what a key service says may hold a key.
    throw new MasterKeysError([reasonOf(error, timeoutMs)]);
  }
  const mistakes = isListOfKeys(keys)
    ? mistakesInMasterKeys(keys)
    : ['the key service gave no list of keys'];
  if (mistakes.length > 0) throw new MasterKeysError(mistakes);
  return keys;
}

/** A key service is code of a team, which a compiler may not have seen. */
function isListOfKeys(keys: unknown): keys is MasterKeys {
  return (
    Array.isArray(keys) &&
    keys.every((key) => key === NO_KEY_ID || (typeof key === 'object' && key !== null))
  );
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof NoAnswerInTimeError) {
    return `the key service has not answered within ${timeoutMs} ms`;
  }
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  const shown = [name, code].filter((word) => typeof word === 'string' && IDENTIFIER.test(word));
  return `the key service has failed (${shown.join(' ') || 'it does not say why'})`;
}
