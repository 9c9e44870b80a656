import { randomUUID } from 'node:crypto';
import type { ConversationStore, Owner } from 'conversation-store';
import type { Tiers } from '../../src/store/tiered/open-tiers.js';
import type { TieredStoreOptions } from '../../src/store/tiered/tiered.options.js';
import { FUZZ } from '../fuzz/fuzz-parameters.js';
import {
  cool,
  createTierPair,
  evictClean,
  moving,
  openTieredParts,
  tieredOptions,
} from './tiered-store.js';

/** Where the ids of the run differ. */
const ID_DIGIT = 24;

/** What may happen to the conversations of an owner before a call. In most cases nothing does. */
const MOVES: readonly (((tiers: Tiers, owner: Owner) => Promise<unknown>) | undefined)[] = [
  ...Array.from({ length: 20 }, () => undefined),
  ({ flusher, keys }, owner) => flusher.save(keys.partitionOf(owner), 10_000),
  cool,
  cool,
  (tiers, owner) => evictClean(tiers, owner),
  (tiers, owner) => evictClean(tiers, owner, (id) => id.charCodeAt(ID_DIGIT) % 2 === 0),
];

/** A store in both tiers whose conversations are saved, leave Redis and come back at any time. */
export async function openShiftingStore(
  options: Partial<TieredStoreOptions>,
): Promise<ConversationStore> {
  const pair = await createTierPair(`shifting-${randomUUID()}:`);
  const { store, tiers } = await openTieredParts(tieredOptions(pair, options));
  // Nothing is saved but by these moves, so that every run is the same.
  tiers.flusher.note = () => undefined;
  const choose = numbersFrom(FUZZ.seed);
  return moving(store, async (owner) => {
    await MOVES[choose() % MOVES.length]?.(tiers, owner);
  });
}

/** The same numbers each time. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state >>> 8;
  };
}
