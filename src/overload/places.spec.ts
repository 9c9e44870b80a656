import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Places } from './places.js';

describe('Places', () => {
  it('are full when as many are taken as there are, until one is given back', () => {
    const places = new Places(2);
    places.take(() => undefined);
    expect(places.areFull).toBe(false);
    places.take(() => undefined);
    expect(places.areFull).toBe(true);
    places.giveBack();
    expect(places.areFull).toBe(false);
  });

  it('let 16 begin in a turn of the event loop, in the order in which they came', async () => {
    const places = new Places(100);
    const begun: number[] = [];
    for (let i = 0; i < 40; i++) places.take(() => begun.push(i));
    const seen: number[] = [begun.length];
    while (begun.length < 40) {
      await nextTurn();
      seen.push(begun.length);
      // Whoever comes in between, comes last.
      if (begun.length === 32) places.take(() => begun.push(40));
    }
    expect(seen).toEqual([16, 32, 41]);
    expect(begun).toEqual(Array.from({ length: 41 }, (_, i) => i));
  });

  it('let one begin at once when the turn before had its full measure', async () => {
    const places = new Places(100);
    for (let i = 0; i < 16; i++) places.take(() => undefined);
    await nextTurn();
    let hasBegun = false;
    places.take(() => (hasBegun = true));
    expect(hasBegun).toBe(true);
  });

  it('answer 16 of those refused in a turn, in the order in which they came', async () => {
    const places = new Places(0);
    const answered: number[] = [];
    for (let i = 0; i < 40; i++) places.refuse(() => answered.push(i));
    const seen: number[] = [answered.length];
    while (answered.length < 40) {
      await nextTurn();
      seen.push(answered.length);
    }
    expect(seen).toEqual([16, 32, 40]);
    expect(answered).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('keep no more than 4,096 refusals waiting', () => {
    const places = new Places(0);
    let answered = 0;
    for (let i = 0; i < 16 + 4_096; i++) places.refuse(() => answered++);
    expect(answered).toBe(16);
    places.refuse(() => answered++);
    expect(answered).toBe(17);
  });
});
