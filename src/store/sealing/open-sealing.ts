import { Logger } from '@nestjs/common';
import { askForKeys } from './ask-for-keys.js';
import { describeSealing } from './describe-sealing.js';
import type { KeyService, MasterKeys } from './key-service.js';
import { NO_KEY_ID } from './master-key.js';
import type { SealingOptions } from './sealing.options.js';
import { NO_SEALING, Sealing } from './sealing.js';

/** How a store seals the texts that it gives to a server. Without any of these, it stores them as they are. */
export interface SealingRequest {
  /** Encrypts texts with the first of these keys. */
  readonly keys?: KeyService;
  /** Compresses texts of at least so many bytes, where that makes them smaller. 0: none. */
  readonly compressAbove?: number;
}

const KEYS_TIMEOUT_MS = 10_000;

const logger = new Logger('Store');

/**
 * Gets the keys, and says in the log how texts are sealed.
 * @throws MasterKeysError
 */
export async function openSealing(
  { keys, compressAbove = 0 }: SealingRequest,
  timeoutMs = KEYS_TIMEOUT_MS,
): Promise<Sealing> {
  if (!keys && compressAbove === 0) return NO_SEALING;
  const options = {
    ...(keys && toOptions(await askForKeys(keys, timeoutMs))),
    ...(compressAbove > 0 && { compressAbove }),
  };
  logger.log(describeSealing(options));
  return new Sealing(options);
}

function toOptions(keys: MasterKeys): SealingOptions {
  const [sealingKey] = keys;
  const openingKeys = keys.slice(1).filter((key) => key !== NO_KEY_ID);
  return {
    ...(sealingKey !== undefined && sealingKey !== NO_KEY_ID && { sealingKey }),
    openingKeys,
  };
}
