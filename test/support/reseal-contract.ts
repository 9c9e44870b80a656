import { expect, it } from '@jest/globals';
import type { ConversationStore } from 'conversation-store';
import type { ResealOptions } from '../../src/store/sealing/reseal-run.js';
import type { ResealResult } from '../../src/store/sealing/reseal-walks.js';
import { anOwner } from '../contract/workbench.js';
import { ResealTraffic } from './reseal-traffic.js';
import { SEALED_BY, SECRET, storeMuch, type SEALINGS } from './reseal.js';

type SealingName = keyof typeof SEALINGS;

/** A store of a test's own, and how the reseal of its kind is run. */
export interface ResealHarness {
  readonly open: (sealing: SealingName) => Promise<ConversationStore>;
  readonly reseal: (
    sealing: SealingName,
    options?: Omit<ResealOptions, 'sealing'>,
  ) => Promise<ResealResult>;
  /** What it has: equal when its bytes are the same. */
  readonly contents: () => Promise<{ readonly texts: string }>;
  /** What each of three owners has while requests go on: so much that some of them come during the reseal. */
  readonly traffic: { readonly conversations: number; readonly messages: number };
}

/** Defines the tests that the reseal of every store passes. */
export function resealContract({ open, reseal, contents, traffic }: ResealHarness): void {
  it('encrypts what was plain, replaces a key, and makes it plain again: the same bytes', async () => {
    const store = await open('plain');
    for (let i = 0; i < 60; i++) await storeMuch(store, anOwner(), 40);
    await store.close();
    const plain = await contents();

    expect(await reseal('k1')).toMatchObject({ outcome: 'done', damaged: 0, resealed: 60 * 44 });
    const first = await contents();
    expect(first.texts).not.toContain(SECRET);
    expect(first.texts).toMatch(SEALED_BY.k1);
    expect(await reseal('k1')).toMatchObject({ outcome: 'done', resealed: 0, conversations: 60 });
    expect(await contents()).toEqual(first);

    expect(await reseal('k2k1')).toMatchObject({ outcome: 'done', resealed: 60 * 44 });
    expect((await contents()).texts).not.toMatch(SEALED_BY.k1);
    expect(await reseal('k2')).toMatchObject({ outcome: 'done', resealed: 0, damaged: 0 });

    expect(await reseal('plainK1K2')).toMatchObject({ outcome: 'done', resealed: 60 * 44 });
    expect(await contents()).toEqual(plain);
  });

  it('goes on beside requests: nothing is lost, doubled or back, and the old key is needed no more', async () => {
    const before = await open('k1');
    const traffics = [new ResealTraffic(), new ResealTraffic(), new ResealTraffic()];
    for (const one of traffics) await one.fill(before, traffic.conversations, traffic.messages);
    await before.close();
    expect((await contents()).texts).toMatch(SEALED_BY.k1);

    const store = await open('k2k1');
    const running = traffics.map((one) => one.run(store));
    const results = await Promise.all([reseal('k2k1'), reseal('k2k1')]);
    for (const one of traffics) one.stop();
    await Promise.all(running);
    for (const result of results) expect(result).toMatchObject({ outcome: 'done', damaged: 0 });
    await store.close();

    const { texts } = await contents();
    expect(texts).not.toMatch(SEALED_BY.k1);
    expect(texts).not.toContain(SECRET);
    const after = await open('k2');
    for (const one of traffics) {
      expect(one.steps).toBeGreaterThan(5);
      await one.verify(after);
    }
    await after.close();
  });

  it('counts what cannot be opened, leaves it as it is, and seals the rest anew', async () => {
    const owner = anOwner();
    const before = await open('k1');
    const id = await storeMuch(before, owner);
    await before.close();
    const other = await open('plain');
    await storeMuch(other, owner);
    await other.close();
    const damages: string[][] = [];
    const onDamage = (...damage: string[]) => damages.push(damage);
    expect(await reseal('k2', { onDamage })).toMatchObject({
      outcome: 'done',
      damaged: 1,
      resealed: 7,
    });
    expect(damages).toEqual([
      [id, expect.stringContaining('the key "k1", which is not configured')],
    ]);
    expect((await contents()).texts).toMatch(SEALED_BY.k1);
    expect(await reseal('k2k1')).toMatchObject({ outcome: 'done', damaged: 0, resealed: 7 });
    expect((await contents()).texts).not.toMatch(SEALED_BY.k1);
  });
}
