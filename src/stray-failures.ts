import { claimOrchestratorFailure } from './turns/orchestrator-context.js';

/** Each returns true for a failure of its own, which it has logged. */
const CLAIMS: readonly ((failure: unknown) => boolean)[] = [claimOrchestratorFailure];

const EVENTS = ['unhandledRejection', 'uncaughtException'] as const;

/**
 * Handles rejections and exceptions that no code has caught. `onUnclaimed` gets those for which
 * nobody answers. The function that it returns ends this.
 */
export function handleStrayFailures(onUnclaimed: (failure: unknown) => void): () => void {
  const handle = (failure: unknown): void => {
    if (!CLAIMS.some((claim) => claim(failure))) onUnclaimed(failure);
  };
  for (const event of EVENTS) process.on(event, handle);
  return () => {
    for (const event of EVENTS) process.off(event, handle);
  };
}
