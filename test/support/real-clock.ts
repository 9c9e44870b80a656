import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { it } from '@jest/globals';
import type { StoreHarness, TestRunner } from 'conversation-store/contract';

/** Milliseconds that the calls of a test may take besides its waits: the contract leaves them 800. */
const LATE_MS = 500;
const ATTEMPTS = 5;

/** What a test has waited for, in milliseconds. */
interface Waits {
  ms: number;
}

const waits = new AsyncLocalStorage<Waits>();

/** The clock of a server cannot be moved: the test waits. */
export const elapse: StoreHarness['elapse'] = async (milliseconds) => {
  const waited = waits.getStore();
  if (waited) waited.ms += milliseconds;
  await delay(milliseconds);
};

/**
 * Runs the tests of a contract at the same time: most of their time they wait for the clock of a real
 * server. Their groups become part of their names, because Jest runs at once only the tests of one group.
 * `maxConcurrency` in the configuration of Jest says how many.
 */
export function concurrentRunner(): TestRunner {
  const groups: string[] = [];
  return {
    describe: (name, define) => {
      groups.push(name);
      define();
      groups.pop();
    },
    it: (name, test) => it.concurrent([...groups, name].join(' '), () => untilConclusive(test)),
  };
}

/** A failure on a machine that was too busy says nothing about the store: the test runs again. */
async function untilConclusive(test: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const waited: Waits = { ms: 0 };
    const startedAt = performance.now();
    try {
      await waits.run(waited, test);
      return;
    } catch (error) {
      const lateMs = performance.now() - startedAt - waited.ms;
      const isInTime = waited.ms === 0 || lateMs < LATE_MS;
      if (attempt === ATTEMPTS || (isInTime && !isOutage(error))) throw error;
    }
  }
}

/** No test of the contract takes its server away. One that expects another error fails with this code. */
function isOutage(error: unknown): boolean {
  const { code, actual } = error as { code?: unknown; actual?: unknown };
  return [code, actual].includes('store-unavailable');
}
