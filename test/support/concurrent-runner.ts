import { it } from '@jest/globals';
import type { TestRunner } from 'conversation-store/contract';

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
    it: (name, test) => it.concurrent([...groups, name].join(' '), test),
  };
}
