/** How long turns may last. All values are milliseconds. */
export interface TurnOptions {
  /** When a process dies, the conversation of its turn is free again after this time at most. */
  readonly leaseMs: number;
  /** The longest time that an orchestrator may take. */
  readonly timeoutMs: number;
  /** The longest time that a turn waits for the turns before it. */
  readonly waitMs: number;
}

/** What is used when nothing else is said, neither in code nor in the environment. */
export const DEFAULT_TURN_OPTIONS: TurnOptions = {
  leaseMs: 15_000,
  timeoutMs: 120_000,
  waitMs: 60_000,
};
