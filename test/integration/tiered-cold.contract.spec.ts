import type { StoreLimits } from 'conversation-store';
import {
  describeConversationStore,
  describeStoreWithoutTtl,
  type StoreHarness,
  type TestRunner,
} from 'conversation-store/contract';
import { SEALING } from '../support/sealings.js';
import { concurrentRunner, elapse } from '../support/real-clock.js';
import { createTierPair, openCoolingStore, type TierPair } from '../support/tiered-store.js';

let pair: Promise<TierPair> | undefined;

/** Saving and loading again before each call takes longer than the deadlines of these tests leave. */
const TIMED = /time to live|expire|lease|the quota .* the end of a turn|leave the queue/;

const cold: StoreHarness<StoreLimits> = {
  // The tests of a contract begin before a `beforeAll` has ended.
  open: async (limits) => {
    const tiers = await (pair ??= createTierPair('tiered-cold-contract:'));
    return openCoolingStore(tiers, { ...limits, sealing: SEALING });
  },
  elapse,
};

const name = 'tiered, sealed, everything cold before each call';
describeConversationStore(withoutTimed(concurrentRunner()), name, cold);
describeStoreWithoutTtl(withoutTimed(concurrentRunner()), name, cold);

function withoutTimed(runner: TestRunner): TestRunner {
  const groups: string[] = [];
  return {
    describe: (group, define) => {
      groups.push(group);
      runner.describe(group, define);
      groups.pop();
    },
    it: (test, run) => {
      if (!TIMED.test([...groups.slice(1), test].join(' '))) runner.it(test, run);
    },
  };
}
