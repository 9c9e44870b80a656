import { describe, it } from '@jest/globals';
import { MemoryConversationStore } from 'conversation-store';
import { describeConversationStore } from 'conversation-store/contract';

let now = Date.now();

describeConversationStore({ describe, it }, 'memory', {
  open: async (limits) =>
    new MemoryConversationStore({ ...limits, maxBytes: 64 * 1024 * 1024, clock: () => now }),
  elapse: async (milliseconds) => {
    now += milliseconds;
  },
});
