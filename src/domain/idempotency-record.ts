import type { Turn } from './turn.js';

/** What is remembered of a write under its key: enough to read the first answer again. */
export interface IdempotencyRecord {
  readonly requestHash: string;
  /** Of the conversation. */
  readonly id: string;
  readonly firstSeq: number;
  readonly messageCount: number;
  /** Of a turn: what was known of it when this was last written. */
  readonly turn?: Turn;
}
