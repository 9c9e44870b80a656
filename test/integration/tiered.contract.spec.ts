import type { StoreLimits } from 'conversation-store';
import {
  describeConversationStore,
  describeStoreWithoutTtl,
  type StoreHarness,
  type TestRunner,
} from 'conversation-store/contract';
import { SEALING } from '../support/sealings.js';
import { concurrentRunner, elapse } from '../support/real-clock.js';
import {
  createTierPair,
  openCoolingStore,
  openTieredStore,
  type TierPair,
} from '../support/tiered-store.js';

let pair: Promise<TierPair> | undefined;

/** The tests of a contract begin before a `beforeAll` has ended. */
function harness(open: typeof openTieredStore): StoreHarness<StoreLimits> {
  return {
    open: async (limits) => open(await (pair ??= createTierPair('tiered-contract:')), limits),
    elapse,
  };
}

const hot = harness(openTieredStore);
describeConversationStore(concurrentRunner(), 'tiered', hot);
describeStoreWithoutTtl(concurrentRunner(), 'tiered', hot);

/** Saving and loading again before each call takes longer than the deadlines of these tests leave. */
const TIMED = /time to live|expire|lease|the quota .* the end of a turn|leave the queue/;

const cold = harness((pair, limits) => openCoolingStore(pair, { ...limits, sealing: SEALING }));
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
