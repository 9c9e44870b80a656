import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Slots } from './slots.js';

describe('Slots', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('are full when as many are taken as there are, until one is given back', () => {
    const places = new Slots(2);
    places.take(() => undefined);
    expect(places.areAllTaken).toBe(false);
    places.take(() => undefined);
    expect(places.areAllTaken).toBe(true);
    places.release();
    expect(places.areAllTaken).toBe(false);
  });

  it('let 16 begin in a turn of the event loop, in the order in which they came', async () => {
    const places = new Slots(100);
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
    const places = new Slots(100);
    for (let i = 0; i < 16; i++) places.take(() => undefined);
    await nextTurn();
    let hasBegun = false;
    places.take(() => (hasBegun = true));
    expect(hasBegun).toBe(true);
  });

  it('have a turn for the next in line when one is given back', () => {
    const places = new Slots(1);
    const turns: number[] = [];
    for (let i = 0; i < 3; i++) places.wait(() => turns.push(i));
    expect(turns).toEqual([]);
    for (let i = 0; i < 2; i++) {
      places.take(() => undefined);
      places.release();
    }
    expect(turns).toEqual([0, 1]);
  });

  it('have turns for 16 in line every tenth of a second, though none is given back', () => {
    const places = new Slots(10);
    const turns: number[] = [];
    for (let i = 0; i < 40; i++) places.wait(() => turns.push(i));
    jest.advanceTimersByTime(99);
    expect(turns).toHaveLength(0);
    jest.advanceTimersByTime(1);
    expect(turns).toHaveLength(16);
    jest.advanceTimersByTime(200);
    expect(turns).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('have turns for 16 behind the line every ten milliseconds', () => {
    const places = new Slots(1);
    const turns: number[] = [];
    for (let i = 0; i < 4 + 20; i++) places.wait(() => turns.push(i));
    jest.advanceTimersByTime(10);
    expect(turns).toEqual(Array.from({ length: 16 }, (_, i) => 4 + i));
    jest.advanceTimersByTime(10);
    expect(turns).toHaveLength(20);
  });

  it('keep no more than 2,048 behind the line', () => {
    const places = new Slots(0);
    let turns = 0;
    for (let i = 0; i < 2_048; i++) places.wait(() => turns++);
    expect(turns).toBe(0);
    places.wait(() => turns++);
    expect(turns).toBe(1);
  });
});
