import type { MasterKey } from './master-key.js';

/** How a store seals what it is given. Without options it stores texts as they are. */
export interface SealingOptions {
  /**
   * The key that seals; undefined to write texts without encryption. The keys in `openingKeys` only open, and
   * need not name this one again.
   */
  readonly sealingKey?: MasterKey;
  /** Keys that earlier texts were sealed with. */
  readonly openingKeys?: readonly MasterKey[];
  /** Texts of at least so many bytes are compressed, where that makes them smaller. Undefined: none are. */
  readonly compressAbove?: number;
}
