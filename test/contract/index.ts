import type { StoreLimits } from 'conversation-store';
import { accessContract } from './access.contract.js';
import { appendContract } from './append.contract.js';
import { branchTurnsContract } from './branch-turns.contract.js';
import { branchesContract } from './branches.contract.js';
import { createContract } from './create.contract.js';
import { eraseContract } from './erase.contract.js';
import { forkContract } from './fork.contract.js';
import type { StoreHarness, TestRunner } from './harness.js';
import { idempotencyContract } from './idempotency.contract.js';
import { isolationContract } from './isolation.contract.js';
import { listContract } from './list.contract.js';
import { quotaContract } from './quota.contract.js';
import { pagesContract } from './pages.contract.js';
import { readContract } from './read.contract.js';
import { stateContract } from './state.contract.js';
import { turnEventsContract } from './turn-events.contract.js';
import { turnsContract } from './turns.contract.js';
import { updateContract } from './update.contract.js';
import { withoutTtlContract } from './without-ttl.contract.js';
import { GENEROUS, Workbench } from './workbench.js';

export type { StoreHarness, TestRunner } from './harness.js';

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
  const bench = new Workbench(runner, harness, GENEROUS);
  runner.describe(`conversation store: ${name}`, () => {
    createContract(bench);
    readContract(bench);
    pagesContract(bench);
    appendContract(bench);
    idempotencyContract(bench);
    updateContract(bench);
    listContract(bench);
    accessContract(bench);
    stateContract(bench);
    turnsContract(bench);
    turnEventsContract(bench);
    branchesContract(bench);
    branchTurnsContract(bench);
    forkContract(bench);
    eraseContract(bench);
    quotaContract(bench);
    isolationContract(bench);
  });
}

/** Defines the tests that a driver passes in addition when its conversations need no time to live. */
export function describeStoreWithoutTtl(
  runner: TestRunner,
  name: string,
  harness: StoreHarness<StoreLimits>,
): void {
  const bench = new Workbench<StoreLimits>(runner, harness, { ...GENEROUS, ttlMs: null });
  runner.describe(`conversation store: ${name}`, () => {
    withoutTtlContract(bench);
  });
}
