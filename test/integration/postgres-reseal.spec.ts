import { beforeEach, describe, expect, it } from '@jest/globals';
import { resealPostgresStore } from '../../src/store/postgres/reseal/reseal-postgres-store.js';
import { anOwner } from '../contract/workbench.js';
import { ResealTraffic } from '../support/reseal-traffic.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { openPostgresStore, postgresOptions } from '../support/postgres-store.js';
import { SEALED_BY, SEALINGS, SECRET, storeMuch, textsInPostgres } from '../support/reseal.js';

describe('a reseal of PostgreSQL', () => {
  let url: string;
  beforeEach(async () => {
    url = await createSharedDatabase();
  });

  const reseal = (sealing: keyof typeof SEALINGS, options = {}) =>
    resealPostgresStore(postgresOptions(url, { timeoutMs: 500 }), {
      sealing: SEALINGS[sealing],
      ...options,
    });

  it('encrypts what was plain, replaces a key, and makes it plain again: the same bytes', async () => {
    const store = await openPostgresStore({ ownerQuotaBytes: 1e9 }, url);
    for (let i = 0; i < 60; i++) await storeMuch(store, anOwner(), 40);
    await store.close();
    const plain = await textsInPostgres(url);
    expect(plain.uncounted).toBe(0);

    expect(await reseal('k1')).toMatchObject({ outcome: 'done', damaged: 0, resealed: 60 * 44 });
    const first = await textsInPostgres(url);
    expect(first.texts).not.toContain(SECRET);
    expect(first.texts).toMatch(SEALED_BY.k1);
    expect(first.uncounted).toBe(0);
    expect(first.owners).not.toEqual(plain.owners);
    expect(await reseal('k1')).toMatchObject({ outcome: 'done', resealed: 0, conversations: 60 });
    expect(await textsInPostgres(url)).toEqual(first);

    expect(await reseal('k2k1')).toMatchObject({ outcome: 'done', resealed: 60 * 44 });
    expect((await textsInPostgres(url)).texts).not.toMatch(SEALED_BY.k1);
    expect(await reseal('k2')).toMatchObject({ outcome: 'done', resealed: 0, damaged: 0 });

    expect(await reseal('plainK1K2')).toMatchObject({ outcome: 'done', resealed: 60 * 44 });
    expect(await textsInPostgres(url)).toEqual(plain);
  });
  it('goes on beside requests: nothing is lost, doubled or back, and the old key is needed no more', async () => {
    const before = await openPostgresStore({ sealing: SEALINGS.k1 }, url);
    const traffics = [new ResealTraffic(), new ResealTraffic(), new ResealTraffic()];
    for (const traffic of traffics) await traffic.fill(before, 5, 120);
    await before.close();
    expect((await textsInPostgres(url)).texts).toMatch(SEALED_BY.k1);

    const store = await openPostgresStore({ sealing: SEALINGS.k2k1 }, url);
    const running = traffics.map((traffic) => traffic.run(store));
    const results = await Promise.all([reseal('k2k1'), reseal('k2k1')]);
    for (const traffic of traffics) traffic.stop();
    await Promise.all(running);
    for (const result of results) expect(result).toMatchObject({ outcome: 'done', damaged: 0 });
    await store.close();

    const { texts } = await textsInPostgres(url);
    expect(texts).not.toMatch(SEALED_BY.k1);
    expect(texts).not.toContain(SECRET);
    const after = await openPostgresStore({ sealing: SEALINGS.k2 }, url);
    for (const traffic of traffics) {
      expect(traffic.steps).toBeGreaterThan(10);
      await traffic.verify(after);
    }
    await after.close();
  });
});
