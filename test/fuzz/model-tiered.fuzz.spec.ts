import type { ConversationStore, StoreLimits } from 'conversation-store';
import { SEALING } from '../support/sealings.js';
import { openShiftingStore } from '../support/shifting-store.js';
import { FUZZ } from './fuzz-parameters.js';
import { describeDriver, ERASING_LIMITS, LIMITS } from './model/compare-with-model.js';

// These take long: both together run half as often as another driver.
const TIERED_RUNS = Math.ceil(FUZZ.runs / 2);
describeDriver('tiered, sealed', ERASING_LIMITS, openSealedStore, TIERED_RUNS);
describeDriver(
  'tiered without a time to live',
  { ...LIMITS, ttlMs: null },
  openShiftingStore,
  TIERED_RUNS,
);

function openSealedStore(limits: StoreLimits): Promise<ConversationStore> {
  return openShiftingStore({ ...limits, sealing: SEALING });
}
