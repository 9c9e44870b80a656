import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { it } from '@jest/globals';
import type { StoreHarness, TestRunner } from 'conversation-store/contract';
import { alone, besideOthers } from './alone.js';

/** Milliseconds that the calls of a test may take besides its waits: the contract leaves them 800. */
const LATE_MS = 500;
const ATTEMPTS = 5;
/** Milliseconds after which a run has failed, so that one that hangs does not keep the others waiting. */
const RUN_MS = 120_000;
/** Milliseconds for a test with its waits for others of its file and with its repetitions. */
const WITH_WAITS_MS = 600_000;
/** Tests of one file that may run again: a machine is too busy for some moments, and not for all of them. */
const MAX_REPEATED = 20;

let repeated = 0;

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
    it: (name, test) => {
      const fullName = [...groups, name].join(' ');
      it.concurrent(fullName, () => untilConclusive(fullName, test), WITH_WAITS_MS);
    },
  };
}

/**
 * A failure on a machine that was too busy says nothing about the store: the test runs again, with no other test
 * of its file beside it, and stderr says so.
 */
async function untilConclusive(name: string, test: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const waited: Waits = { ms: 0 };
    let startedAt = 0;
    const run = (): Promise<void> => {
      startedAt = performance.now();
      return waits.run(waited, () => inTime(test));
    };
    try {
      await (attempt === 1 ? besideOthers(run) : alone(run));
      return;
    } catch (error) {
      const lateMs = performance.now() - startedAt - waited.ms;
      const isInTime = waited.ms === 0 || lateMs < LATE_MS;
      const isConclusive = error instanceof RunTimeoutError || (isInTime && !isOutage(error));
      if (isConclusive || attempt === ATTEMPTS || repeated === MAX_REPEATED) throw error;
      repeated += 1;
      process.stderr.write(`Runs again, ${lateMs.toFixed(0)} ms late: ${name}: ${String(error)}\n`);
    }
  }
}

class RunTimeoutError extends Error {}

async function inTime(test: () => Promise<void>): Promise<void> {
  const end = new AbortController();
  const tooLate = delay(RUN_MS, undefined, { signal: end.signal }).then(() => {
    throw new RunTimeoutError(`The test has not ended after ${RUN_MS} ms.`);
  });
  try {
    await Promise.race([test(), tooLate]);
  } finally {
    tooLate.catch(() => undefined);
    end.abort();
  }
}

/** No test of the contract takes its server away. One that expects another error fails with this code. */
function isOutage(error: unknown): boolean {
  const { code, actual } = error as { code?: unknown; actual?: unknown };
  return [code, actual].includes('store-unavailable');
}
