import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { resealRedisStore } from '../../src/store/redis/reseal/reseal-redis-store.js';
import { anOwner } from '../contract/workbench.js';
import { ResealTraffic } from '../support/reseal-traffic.js';
import { openRedisStore, redisOptions, sharedRedisPort } from '../support/redis-store.js';
import { SEALED_BY, SEALINGS, SECRET, storeMuch, textsInRedis } from '../support/reseal.js';

describe('a reseal of Redis', () => {
  let keyPrefix: string;
  beforeEach(() => {
    keyPrefix = `reseal-[*]-${randomUUID()}:`;
  });

  const reseal = (sealing: keyof typeof SEALINGS, options = {}) =>
    resealRedisStore(redisOptions({ keyPrefix }), { sealing: SEALINGS[sealing], ...options });
  const texts = () => textsInRedis(sharedRedisPort(), keyPrefix);

  it('encrypts what was plain, replaces a key, and makes it plain again: the same bytes', async () => {
    const store = await openRedisStore({ keyPrefix });
    for (let i = 0; i < 20; i++) await storeMuch(store, anOwner(), 30);
    await store.close();
    const plain = await texts();

    expect(await reseal('k1')).toMatchObject({ outcome: 'done', damaged: 0, resealed: 20 * 34 });
    const first = await texts();
    expect(first.texts).not.toContain(SECRET);
    expect(first.texts).toMatch(SEALED_BY.k1);
    expect(first.ttls).toEqual(plain.ttls);
    expect(await reseal('k1')).toMatchObject({ outcome: 'done', resealed: 0, conversations: 20 });
    expect(await texts()).toEqual(first);

    expect(await reseal('k2k1')).toMatchObject({ outcome: 'done', resealed: 20 * 34 });
    expect((await texts()).texts).not.toMatch(SEALED_BY.k1);
    expect(await reseal('k2')).toMatchObject({ outcome: 'done', resealed: 0, damaged: 0 });

    expect(await reseal('plainK1K2')).toMatchObject({ outcome: 'done', resealed: 20 * 34 });
    const again = await texts();
    const withoutLargest = (text: string): string =>
      text.replace(/(\["head","\w+(?: \d+){6}) \d+/g, '$1');
    expect(withoutLargest(again.texts)).toBe(withoutLargest(plain.texts));
    expect(again.ttls).toEqual(plain.ttls);
  });
  it('goes on beside requests: nothing is lost, doubled or back, and the old key is needed no more', async () => {
    const before = await openRedisStore({ keyPrefix, sealing: SEALINGS.k1 });
    const traffics = [new ResealTraffic(), new ResealTraffic(), new ResealTraffic()];
    for (const traffic of traffics) await traffic.fill(before, 5, 120);
    await before.close();
    expect((await texts()).texts).toMatch(SEALED_BY.k1);

    const store = await openRedisStore({ keyPrefix, sealing: SEALINGS.k2k1 });
    const running = traffics.map((traffic) => traffic.run(store));
    const results = await Promise.all([reseal('k2k1'), reseal('k2k1')]);
    for (const traffic of traffics) traffic.stop();
    await Promise.all(running);
    for (const result of results) expect(result).toMatchObject({ outcome: 'done', damaged: 0 });
    await store.close();

    const { texts: found } = await texts();
    expect(found).not.toMatch(SEALED_BY.k1);
    expect(found).not.toContain(SECRET);
    const after = await openRedisStore({ keyPrefix, sealing: SEALINGS.k2 });
    for (const traffic of traffics) {
      expect(traffic.steps).toBeGreaterThan(10);
      await traffic.verify(after);
    }
    await after.close();
  });
});
