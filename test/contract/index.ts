import type { ConversationStore, StoreLimits } from 'conversation-store';
import { accessContract } from './access.contract.js';
import { appendContract } from './append.contract.js';
import { createContract } from './create.contract.js';
import { eraseContract } from './erase.contract.js';
import { idempotencyContract } from './idempotency.contract.js';
import { isolationContract } from './isolation.contract.js';
import { listContract } from './list.contract.js';
import { readContract } from './read.contract.js';
import { stateContract } from './state.contract.js';
import { updateContract } from './update.contract.js';
import { Workbench } from './workbench.js';

/** What the suite needs of a driver. Its owners are random, so stores may share their data. */
export interface StoreHarness {
  /** A store with these limits. The suite closes it. */
  open(limits: StoreLimits): Promise<ConversationStore>;
  /** Lets milliseconds pass on the store's clock: on a fake one, or by waiting. */
  elapse(milliseconds: number): Promise<void>;
}

/** `describe` and `it` of Jest, Vitest or node:test: the suite needs no more of a test runner. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown;
  it(name: string, test: () => Promise<void>): unknown;
}

/**
 * Defines the tests that every driver of the store port passes.
 *
 *     describeConversationStore({ describe, it }, 'my driver', { open, elapse });
 */
export function describeConversationStore(
  runner: TestRunner,
  name: string,
  harness: StoreHarness,
): void {
  const bench = new Workbench(runner, harness);
  runner.describe(`conversation store: ${name}`, () => {
    createContract(bench);
    readContract(bench);
    appendContract(bench);
    idempotencyContract(bench);
    updateContract(bench);
    listContract(bench);
    accessContract(bench);
    stateContract(bench);
    eraseContract(bench);
    isolationContract(bench);
  });
}
