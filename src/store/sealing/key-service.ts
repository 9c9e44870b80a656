import type { MasterKey, NO_KEY_ID } from './master-key.js';

/**
 * The newest key first: it seals, and all of them open. `plain` in its place: from then on texts are written without
 * encryption, and the keys behind it open what was encrypted before.
 */
export type MasterKeys = readonly (MasterKey | typeof NO_KEY_ID)[];

/** Where the master keys come from: the variables of the service, or a key management of your own. */
export interface KeyService {
  /**
   * Called once, when the store opens. The service does not start when it rejects, or gives no answer within 10
   * seconds. Of an error the service shows the name and the code alone.
   */
  masterKeys(): Promise<MasterKeys>;
}

/** A key service that has its keys already. They are in no property, so that nothing that is logged shows them. */
export function knownKeys(keys: MasterKeys): KeyService {
  return { masterKeys: () => Promise.resolve(keys) };
}
