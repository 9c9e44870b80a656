import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { resealTieredStore } from '../../src/store/tiered/reseal-store.js';
import type { TieredStoreOptions } from '../../src/store/tiered/tiered.options.js';
import { anOwner, texts } from '../contract/workbench.js';
import { sharedRedisPort } from '../support/redis-store.js';
import { ResealTraffic } from '../support/reseal-traffic.js';
import {
  SEALED_BY,
  SEALINGS,
  SECRET,
  storeMuch,
  textsInPostgres,
  textsInRedis,
} from '../support/reseal.js';
import {
  cool,
  createTierPair,
  openTieredParts,
  tieredOptions,
  type TierPair,
} from '../support/tiered-store.js';

/** Statements take no longer than that, so a pass begins soon after the last one. */
const TIMEOUT_MS = 1_000;

describe('a reseal of two tiers', () => {
  let pair: TierPair;
  beforeEach(async () => {
    pair = await createTierPair(`reseal-[*]-${randomUUID()}:`);
  });

  function options(
    sealing: keyof typeof SEALINGS,
    changes: Partial<TieredStoreOptions> = {},
  ): TieredStoreOptions {
    const all = tieredOptions(pair, { sealing: SEALINGS[sealing], ...changes });
    return { ...all, postgres: { ...all.postgres, timeoutMs: TIMEOUT_MS } };
  }

  const reseal = (sealing: keyof typeof SEALINGS, changes: Partial<TieredStoreOptions> = {}) =>
    resealTieredStore(options(sealing, changes), { sealing: SEALINGS[sealing] });

  async function allTexts(): Promise<string> {
    const redis = await textsInRedis(sharedRedisPort(), pair.keyPrefix);
    const postgres = await textsInPostgres(pair.databaseUrl);
    return `${redis.texts}\n${postgres.texts}`;
  }

  it('goes on beside requests, flushes, and conversations that leave Redis and come back', async () => {
    const before = await openTieredParts(options('k1'));
    const traffics: ResealTraffic[] = [];
    for (let i = 0; i < 3; i++) {
      const traffic = new ResealTraffic(async (owner) => {
        if (Math.random() < 0.3) await cool(after.tiers, owner);
      });
      await traffic.fill(before.store, 4, 250);
      traffics.push(traffic);
    }
    await before.store.close();
    expect(await allTexts()).toMatch(SEALED_BY.k1);

    const after = await openTieredParts(options('k2k1'));
    const running = traffics.map((traffic) => traffic.run(after.store));
    const results = await Promise.all([reseal('k2k1'), reseal('k2k1')]);
    for (const traffic of traffics) traffic.stop();
    await Promise.all(running);
    for (const result of results) expect(result).toMatchObject({ outcome: 'done', damaged: 0 });
    const quarantined = (await after.tiers.guard.compare()).reduce(
      (sum, state) => sum + state.quarantined,
      0,
    );
    expect(quarantined).toBe(0);
    await after.store.close();

    const found = await allTexts();
    expect(found).not.toMatch(SEALED_BY.k1);
    expect(found).not.toContain(SECRET);
    const { store } = await openTieredParts(options('k2'));
    for (const traffic of traffics) {
      expect(traffic.steps).toBeGreaterThan(10);
      await traffic.verify(store);
    }
    await store.close();
  }, 60_000);

  it('saves what was sealed anew in one of the tiers only, and was saved before', async () => {
    const { store, tiers } = await openTieredParts(options('plain'));
    const owner = anOwner();
    const partition = tiers.keys.partitionOf(owner);
    const id = await storeMuch(store, owner);
    await tiers.flusher.save(partition, 10_000);
    await reseal('k1');
    // As after a failover of PostgreSQL: what it has of the conversation is saved again.
    await tiers.tier.hot.markAgain(partition);
    await store.close();

    const sealed = await openTieredParts(options('k1'));
    await sealed.store.append(owner, id, texts('more'));
    await cool(sealed.tiers, owner);
    const page = await sealed.store.read(owner, id, { limit: 10, from: 'end' });
    expect(page.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    const [state] = (await sealed.tiers.guard.compare()).filter(
      ({ partition: of }) => of === partition,
    );
    expect(state?.quarantined).toBe(0);
    await sealed.store.close();
  });

  it('charges the owner for what the texts take now, wherever they are', async () => {
    const quota = { ownerQuotaBytes: 1e9 };
    const { store, tiers } = await openTieredParts(options('plain', quota));
    const owner = anOwner();
    const id = await storeMuch(store, owner, 30);
    await tiers.flusher.save(tiers.keys.partitionOf(owner), 10_000);
    const { usageKey } = tiers.keys.of(owner);
    const usage = async () => {
      const names = ['total', 'saved', `c:${id}`];
      const read = (key: string) => tiers.tier.usage['redis'].readHash(key, names);
      const [total = NaN, saved = NaN, unsaved = NaN] = (await read(usageKey as string)).map(
        Number,
      );
      return { total, saved, unsaved };
    };
    const charged = async () => {
      expect((await textsInPostgres(pair.databaseUrl)).uncounted).toBe(0);
      return tiers.record.bytesOf(owner);
    };
    const [plain, plainBytes] = [await usage(), await charged()];
    await reseal('k1', quota);
    const [sealed, sealedBytes] = [await usage(), await charged()];
    expect(sealedBytes).toBeGreaterThan(plainBytes);
    expect(sealed.saved - plain.saved).toBe(sealedBytes - plainBytes);
    expect(sealed.total - plain.total).toBe(sealedBytes - plainBytes);

    await store.close();
  });
});
