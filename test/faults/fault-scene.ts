import type { FaultUser } from './ledger.js';
import type { ServicePair } from './service-pair.js';
import type { StoredTexts } from './verdict.js';

/** Where a nemesis meets the service. */
export interface FaultScene {
  readonly pair: ServicePair;
  readonly users: readonly FaultUser[];
  /** The longest that a request waits for the database, by REDIS_TIMEOUT or DATABASE_TIMEOUT of the pair. */
  readonly timeoutMs: number;
  /** All that the database itself has now, past any proxy and the code under test. */
  readonly texts: () => Promise<StoredTexts>;
  /** Whether clients run turns, too: the pair must have the scripted orchestrator. */
  readonly hasTurns?: boolean;
}
