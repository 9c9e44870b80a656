import { knownKeys, type MasterKeys } from '../store/sealing/key-service.js';
import { MasterKeysError } from '../store/sealing/master-keys.error.js';
import type { SealingRequest } from '../store/sealing/open-sealing.js';
import { parseMasterKeys } from '../store/sealing/parse-master-keys.js';
import type { ConfigurationMistake } from './configuration.error.js';
import type { ConfiguredInCode } from './configured-in-code.js';
import { readNamedFile } from './named-file.js';
import type { SealingEnvironment } from './sealing.environment.js';

const KEY_VARIABLES = ['ENCRYPTION_KEYS', 'ENCRYPTION_KEYS_FILE'] as const;

/** What the variables of sealing mean together. Adds what does not fit to `mistakes`, without anything of a key. */
export function toSealingRequest(
  environment: SealingEnvironment,
  inCode: ConfiguredInCode,
  mistakes: ConfigurationMistake[],
): SealingRequest {
  const { COMPRESS_ABOVE: compressAbove } = environment;
  if (inCode.keys) {
    refuse(
      KEY_VARIABLES,
      environment,
      'may not be set: the application has its keys in code',
      mistakes,
    );
    return { compressAbove };
  }
  const keys = toMasterKeys(environment, mistakes);
  return { ...(keys && { keys: knownKeys(keys) }), compressAbove };
}

/** A variable that is set and has no effect would let an operator believe in an encryption that is none. */
export function refuseSealing(
  environment: SealingEnvironment,
  why: string,
  mistakes: ConfigurationMistake[],
): void {
  refuse([...KEY_VARIABLES, 'COMPRESS_ABOVE'], environment, why, mistakes);
}

function refuse(
  names: readonly (keyof SealingEnvironment)[],
  environment: SealingEnvironment,
  message: string,
  mistakes: ConfigurationMistake[],
): void {
  // Compression is off by default.
  const set = names.filter((name) => environment[name] !== undefined && environment[name] !== 0);
  mistakes.push(...set.map((name) => ({ variables: [name], message })));
}

function toMasterKeys(
  { ENCRYPTION_KEYS, ENCRYPTION_KEYS_FILE }: SealingEnvironment,
  mistakes: ConfigurationMistake[],
): MasterKeys | undefined {
  if (ENCRYPTION_KEYS !== undefined && ENCRYPTION_KEYS_FILE !== undefined) {
    mistakes.push({
      variables: ['ENCRYPTION_KEYS', 'ENCRYPTION_KEYS_FILE'],
      message: 'set only one of them',
    });
  }
  const text = readNamedFile(ENCRYPTION_KEYS_FILE, 'ENCRYPTION_KEYS_FILE', mistakes);
  const ofFile = parse('ENCRYPTION_KEYS_FILE', text, mistakes);
  return parse('ENCRYPTION_KEYS', ENCRYPTION_KEYS, mistakes) ?? ofFile;
}

function parse(
  variable: string,
  text: string | undefined,
  mistakes: ConfigurationMistake[],
): MasterKeys | undefined {
  if (text === undefined) return undefined;
  try {
    return parseMasterKeys(text);
  } catch (error) {
    if (!(error instanceof MasterKeysError)) throw error;
    const found = error.mistakes.map((message) => ({ variables: [variable], message }));
    mistakes.push(...found);
    return undefined;
  }
}
