import type { ConversationStore, StoreLimits } from 'conversation-store';
import { mixedStore } from '../support/mixed-store.js';
import { openPostgresStore } from '../support/postgres-store.js';
import { SEALINGS } from '../support/sealings.js';
import { FUZZ } from './fuzz-parameters.js';
import { describeDriver, ERASING_LIMITS } from './model/compare-with-model.js';

// It takes long.
describeDriver(
  'postgres, each call sealed in another way',
  ERASING_LIMITS,
  openMixedStore,
  Math.ceil(FUZZ.runs / 2),
);

/** What is stored in all ways lies side by side while sealing is switched on, or off, in one process after the other. */
async function openMixedStore(limits: StoreLimits): Promise<ConversationStore> {
  const stores: ConversationStore[] = [];
  // One after the other: each brings the tables up to date.
  for (const sealing of SEALINGS) stores.push(await openPostgresStore({ ...limits, sealing }));
  return mixedStore(stores);
}
