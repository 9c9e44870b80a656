import { setTimeout as delay } from 'node:timers/promises';
import { describeConversationStore } from 'conversation-store/contract';
import { concurrentRunner } from '../support/concurrent-runner.js';
import { openRedisStore } from '../support/redis-store.js';

describeConversationStore(concurrentRunner(), 'redis', {
  open: (limits) => openRedisStore(limits),
  elapse: (milliseconds) => delay(milliseconds),
});
