import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import type { TurnRef } from '../domain/turn.js';
import { strayFailures } from '../observation/facts.js';

/** The turn whose orchestrator is running, also in the timers and promises that it leaves behind. */
const currentTurn = new AsyncLocalStorage<TurnRef>();

/** Runs code of an orchestrator for a turn. */
export function runForTurn<Result>(ref: TurnRef, code: () => Result): Result {
  return currentTurn.run(ref, code);
}

/**
 * For the handlers of `unhandledRejection` and `uncaughtException`. When the failure is one that an
 * orchestrator left behind, logs it with its turn and returns true: it concerns nothing else, and the
 * turn ends as its orchestrator ends it. Call it before anything asynchronous: it reads the context in
 * which Node calls the handler. Node 20 has no such context for what a callback of `queueMicrotask`
 * throws: such a failure is not recognized.
 */
export function claimOrchestratorFailure(failure: unknown): boolean {
  const ref = currentTurn.getStore();
  if (!ref) return false;
  strayFailures.publish({ turnId: ref.turnId });
  new Logger('Turns').error(
    `The orchestrator of turn ${ref.turnId} of conversation ${ref.conversationId} left a failure behind.`,
    failure instanceof Error ? failure : { err: failure },
  );
  return true;
}
