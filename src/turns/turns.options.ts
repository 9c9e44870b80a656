/** Milliseconds all. */
export interface TurnOptions {
  /** After which the conversation of a process that died is free again. */
  readonly leaseMs: number;
  /** That an orchestrator may take. */
  readonly timeoutMs: number;
  /** That a turn waits for those before it. */
  readonly waitMs: number;
}

/** What an orchestrator wants to be given. */
export const ORCHESTRATOR_OPTIONS = Symbol('ORCHESTRATOR_OPTIONS');

export interface OrchestratorOptions {
  /** Messages before the user's own that a turn shows: 0 or more. */
  readonly historyLimit: number;
}

export const DEFAULT_HISTORY_LIMIT = 50;
