/** How long turns may last. All values are milliseconds. */
export interface TurnOptions {
  /** When a process dies, the conversation of its turn is free again after this time at most. */
  readonly leaseMs: number;
  /** The longest time that an orchestrator may take. */
  readonly timeoutMs: number;
  /** The longest time that a turn waits for the turns before it. */
  readonly waitMs: number;
}
