import type { ScanConnection } from '../scan-connection.js';
import type { ScriptConnection } from '../script-connection.js';

/** A member of a sorted set with its score. */
export type Scored = readonly [member: string, score: number];

/** What the tier reads besides: with plain commands, because Lua takes long for what is large. */
export interface TierConnection extends ScriptConnection, ScanConnection {
  /**
   * Reads texts whose keys are in one slot, null where absent.
   * @throws StoreUnavailableError, StoreFaultError
   */
  readTexts(keys: readonly string[]): Promise<(string | null)[]>;

  /**
   * Reads the members of a set.
   * @throws StoreUnavailableError, StoreFaultError
   */
  readSet(key: string): Promise<string[]>;

  /**
   * Reads how many members a set has.
   * @throws StoreUnavailableError, StoreFaultError
   */
  readSetSize(key: string): Promise<number>;

  /**
   * Reads the score of a member of a sorted set; undefined when it is none.
   * @throws StoreUnavailableError, StoreFaultError
   */
  readScore(key: string, member: string): Promise<number | undefined>;

  /**
   * Reads the members of a sorted set with scores from `min` to `max`, as Redis writes such bounds, by
   * ascending score.
   * @throws StoreUnavailableError, StoreFaultError
   */
  readScored(key: string, min: string | number, max: string | number): Promise<Scored[]>;
}
