import type { StoreLimits } from 'conversation-store';
import {
  describeConversationStore,
  describeStoreWithoutTtl,
  type StoreHarness,
} from 'conversation-store/contract';
import { concurrentRunner, elapse } from '../support/real-clock.js';
import { createTierPair, openTieredStore, type TierPair } from '../support/tiered-store.js';

let pair: Promise<TierPair> | undefined;

/** tiered-cold.contract.spec.ts has a process of its own: what it saves and loads would make these calls late. */
const hot: StoreHarness<StoreLimits> = {
  // The tests of a contract begin before a `beforeAll` has ended.
  open: async (limits) =>
    openTieredStore(await (pair ??= createTierPair('tiered-contract:')), limits),
  elapse,
};

describeConversationStore(concurrentRunner(), 'tiered', hot);
describeStoreWithoutTtl(concurrentRunner(), 'tiered', hot);
