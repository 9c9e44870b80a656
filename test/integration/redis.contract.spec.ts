import { describeConversationStore } from 'conversation-store/contract';
import { concurrentRunner, elapse } from '../support/real-clock.js';
import { openRedisStore } from '../support/redis-store.js';

describeConversationStore(concurrentRunner(), 'redis', {
  open: (limits) => openRedisStore(limits),
  elapse,
});

describeConversationStore(concurrentRunner(), 'redis with marks', {
  open: (limits) => openRedisStore({ ...limits, marks: true }),
  elapse,
});
