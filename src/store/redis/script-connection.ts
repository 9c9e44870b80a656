import type { ScriptCall } from './script-definition.js';

/** What the store needs of a connection to Redis: it runs declared scripts. */
export interface ScriptConnection {
  /** @throws StoreUnavailableError, StoreFaultError */
  read(...call: ScriptCall): Promise<unknown>;

  /** @throws StoreUnavailableError, StoreFaultError */
  write(...call: ScriptCall): Promise<unknown>;

  /** A write that a promotion may lose without harm. */
  writeUnreplicated(...call: ScriptCall): Promise<unknown>;

  /** Resolves when Redis answers. */
  ping(): Promise<void>;

  close(): void;
}
