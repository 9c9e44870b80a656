import { openTiers } from './open-tiers.js';
import { TieredConversationStore } from './tiered.store.js';
import type { TieredStoreOptions } from './tiered.options.js';

/** A store that is connected, or that goes on trying to connect when a tier is away. */
export async function openTieredStore(
  options: TieredStoreOptions,
): Promise<TieredConversationStore> {
  const tiers = await openTiers(options);
  tiers.start();
  return new TieredConversationStore(tiers, {
    hasRetention: options.ttlMs !== null,
    residencyMs: options.residencyMs,
  });
}
