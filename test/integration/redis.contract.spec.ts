import { describeConversationStore } from 'conversation-store/contract';
import { concurrentRunner, elapse } from '../support/real-clock.js';
import { openRedisStore } from '../support/redis-store.js';
import { SEALING } from '../support/sealings.js';

describeConversationStore(concurrentRunner(), 'redis', {
  open: (limits) => openRedisStore(limits),
  elapse,
});

describeConversationStore(concurrentRunner(), 'redis with marks, compressed and encrypted', {
  open: (limits) => openRedisStore({ ...limits, marks: true, sealing: SEALING }),
  elapse,
});
