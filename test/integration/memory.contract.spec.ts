import { describe, it } from '@jest/globals';
import { MemoryConversationStore, type StoreLimits } from 'conversation-store';
import {
  describeConversationStore,
  describeStoreWithoutTtl,
  type StoreHarness,
} from 'conversation-store/contract';

let now = Date.now();

const harness: StoreHarness<StoreLimits> = {
  open: async (limits) =>
    new MemoryConversationStore({ ...limits, maxBytes: 64 * 1024 * 1024, clock: () => now }),
  elapse: async (milliseconds) => {
    now += milliseconds;
  },
};

describeConversationStore({ describe, it }, 'memory', harness);
describeStoreWithoutTtl({ describe, it }, 'memory', harness);
