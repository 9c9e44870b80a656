import { DEFAULT_OWNER_SHARE } from '../bounds/bounded-shares.js';

/** How long turns may last, in milliseconds, and how many of them one process serves. */
export interface TurnOptions {
  /** When a process dies, the conversation of its turn is free again after this time at most. */
  readonly leaseMs: number;
  /** The longest time that an orchestrator may take. */
  readonly timeoutMs: number;
  /** The longest time that a turn waits for the turns before it. */
  readonly waitMs: number;
  /** The most turns that run in one process at once. */
  readonly maxRunning: number;
  /** The most turns that wait in one process for the turns before them. */
  readonly maxQueued: number;
  /** The most clients that follow turns at one process. */
  readonly maxStreams: number;
  /** The part of each of these bounds that one owner may have while others ask: more than 0, 1 at most. */
  readonly ownerShare: number;
}

/** What is used when nothing else is said, neither in code nor in the environment. */
export const DEFAULT_TURN_OPTIONS: TurnOptions = {
  leaseMs: 15_000,
  timeoutMs: 120_000,
  waitMs: 60_000,
  maxRunning: 500,
  maxQueued: 1_000,
  maxStreams: 2_000,
  ownerShare: DEFAULT_OWNER_SHARE,
};
