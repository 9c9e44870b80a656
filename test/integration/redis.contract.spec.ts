import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from '@jest/globals';
import { describeConversationStore } from 'conversation-store/contract';
import { openRedisStore } from '../support/redis-store.js';

describeConversationStore({ describe, it }, 'redis', {
  open: (limits) => openRedisStore(limits),
  elapse: (milliseconds) => delay(milliseconds),
});
