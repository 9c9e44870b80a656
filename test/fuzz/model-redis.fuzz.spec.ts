import {
  MemoryConversationStore,
  type ConversationStore,
  type StoreLimits,
} from 'conversation-store';
import { openHalfSealedStore, openRedisStore } from '../support/redis-store.js';
import { FUZZ } from './fuzz-parameters.js';
import { describeDriver, ERASING_LIMITS, LIMITS } from './model/compare-with-model.js';

describeDriver('memory', ERASING_LIMITS, openMemoryStore);
describeDriver(
  'memory without a time to live',
  { ...ERASING_LIMITS, ttlMs: null },
  openMemoryStore,
);
const HALF = Math.ceil(FUZZ.runs / 2);
describeDriver('redis', LIMITS, openRedisStore, HALF);
describeDriver('redis, half of it sealed', LIMITS, openHalfSealedStore, HALF);

async function openMemoryStore(limits: StoreLimits): Promise<ConversationStore> {
  return new MemoryConversationStore({ ...limits, maxBytes: 2 ** 26 });
}
